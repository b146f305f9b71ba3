/** CPNS-2 by PSK-TLS with openssl as the client: the B-TID of a card, and its key. TS 33.222 5.4, Design 7 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IDLE, step } from '../../src/cpns/client-handshake.ts'
import type { SoftwareCredentials } from '../../src/cpns/credentials.ts'
import { CPNS_MEDIA_TYPE, decodeMessage } from '../../src/cpns/messages.ts'
import { type PskVersion, uaIdOfPskTls } from '../../src/naf/psk-exchange.ts'
import { fromUtf8, toHex, utf8 } from '../../src/octets/octets.ts'
import { btidOf } from '../support/cpns-world.ts'
import { NAF_FQDN } from '../support/gba-network.ts'
import { START } from '../support/hand-client.ts'
import { findInteropTool } from '../support/interop-tool.ts'
import { type PskGateway, type PskNetwork, startPskNetwork } from '../support/psk-network.ts'

const openssl = findInteropTool('openssl', 'openssl')

let folder: string
let network: PskNetwork
let gateway: PskGateway
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-psk-'))
  network = await startPskNetwork(folder)
  gateway = await network.startGateway()
})
afterEach(async () => {
  await network.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What openssl gets back for a ConnectRequest of this EUKey. */
async function postBy(
  version: PskVersion,
  credentials: Pick<SoftwareCredentials, 'btid' | 'keyType'>,
  change: { readonly identity?: string; readonly key?: string } = {},
): Promise<string> {
  const nafId = { nafFqdn: NAF_FQDN, uaId: uaIdOfPskTls(version) }
  const { btid, key } = await gateway.credentials.uaKeys.obtain({ nafId, keyUse: 'ME' })
  const { euKey: _, ...start } = { ...START, ...credentials }
  const body = fromUtf8(step(IDLE, start).send ?? new Uint8Array(0), 'body')
  const head = [
    'POST /cpns HTTP/1.1',
    'Host: cpns',
    'Connection: close',
    `Content-Type: ${CPNS_MEDIA_TYPE}`,
    `Content-Length: ${utf8(body).length}`,
  ]
  const own = ['-psk_identity', change.identity ?? `3GPP-bootstrapping;${btid}`]
  const suite = version === '1.2' ? ['-cipher', 'PSK-AES128-GCM-SHA256'] : []
  const { port } = new URL(network.served.pskUrl ?? '')
  const where = ['-connect', `127.0.0.1:${port}`, `-tls${version.replace('.', '_')}`, '-ign_eof']
  const { stdout, stderr } = await openssl!.run(
    ['s_client', '-quiet', ...where, ...suite, ...own, '-psk', change.key ?? toHex(key.reveal())],
    10_000,
    `${head.join('\r\n')}\r\n\r\n${body}`,
  )
  return stdout + stderr
}

const messageIn = (output: string) => {
  const xml = /<[A-Z][\s\S]*>/.exec(output)?.[0] ?? ''
  return decodeMessage(utf8(xml))
}

describe.skipIf(openssl === undefined).each(['1.2', '1.3'] as const)('TLS %s', (version) => {
  test('the ConnectRequest of its own B-TID is challenged, the one of another is 403', async () => {
    const own = (await gateway.credentials.obtain()) as SoftwareCredentials
    expect(messageIn(await postBy(version, own)).name).toBe('AuthenticateRequest')
    const foreign = await postBy(version, { ...own, btid: btidOf(1) })
    expect(messageIn(foreign)).toMatchObject({ name: 'ConnectResponse', status: 403 })
  })

  test.each(['.', ''])(
    'the identity with "%s" behind its prefix is read too',
    async (separator) => {
      const own = (await gateway.credentials.obtain()) as SoftwareCredentials
      const identity = `3GPP-bootstrapping${separator}${own.btid}`
      expect(messageIn(await postBy(version, own, { identity })).name).toBe('AuthenticateRequest')
    },
  )

  test('the key of the other version, and a B-TID nobody knows, come to nothing', async () => {
    const own = (await gateway.credentials.obtain()) as SoftwareCredentials
    const nafId = { nafFqdn: NAF_FQDN, uaId: uaIdOfPskTls(version === '1.2' ? '1.3' : '1.2') }
    const { key } = await gateway.credentials.uaKeys.obtain({ nafId, keyUse: 'ME' })
    expect(await postBy(version, own, { key: toHex(key.reveal()) })).not.toContain('HTTP/1.1')
    const identity = `3GPP-bootstrapping;${btidOf(1)}`
    expect(await postBy(version, own, { identity })).toContain('SSL alert number 115')
  })
})
