/** curl as a UE: Ua HTTP Digest with bootstrapped keys. TS 24.109 5.2, RFC 7616 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nafUserOf } from '../../src/adapters/naf/admit.ts'
import { NAF_CERTIFICATE } from '../../src/adapters/naf/naf-server.fixture.ts'
import { protectListener } from '../../src/adapters/naf/protect-listener.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { connectUb } from '../../src/adapters/ub/connect-ub.ts'
import { openUiccApplication } from '../../src/gba/uicc-terminal.ts'
import { parseFqdn } from '../../src/identity/fqdn.ts'
import { createCardKeySource } from '../../src/naf/card-key-source.ts'
import { uaIdOfHttpDigest } from '../../src/naf/cipher-suites.ts'
import type { NafOptions } from '../../src/naf/options.ts'
import { createTestCard } from '../../src/uicc/uicc.fixture.ts'
import { type GbaNetwork, startGbaNetwork } from '../support/gba-network.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const curl = findInteropTool('curl', 'curl')
const NAF_FQDN = parseFqdn('naf.example.org')
const IDENTITY = '001010123456789@ims.mnc001.mcc001.3gppnetwork.org'

let folder: string
let network: GbaNetwork | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-ua-'))
  writeFileSync(join(folder, 'ca.pem'), NAF_CERTIFICATE.certificatePem)
})
afterEach(async () => {
  await network?.close()
  network = undefined
  rmSync(folder, { recursive: true, force: true })
})

const echo: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const { uaId, identity } = nafUserOf(request)
    response.end(`${request.method} ${uaId} ${identity} ${body}\n`)
  })
}

async function start(options: Partial<NafOptions> = {}): Promise<GbaNetwork> {
  network = await startGbaNetwork((naf) => protectListener(naf, echo), options)
  return network
}

/** `B-TID:password`, as a UE would type it in. */
async function userOf(cipherSuite?: number): Promise<string> {
  const { reader } = await createTestCard()
  const card = await openUiccApplication(reader)
  const ub = connectUb({ baseUrl: network!.bsfUrl })
  const keys = createCardKeySource({
    card,
    ub,
    clock: systemClock,
    random: createSystemRandom(),
  })
  const nafId = { nafFqdn: NAF_FQDN, uaId: uaIdOfHttpDigest(cipherSuite) }
  const { btid, key } = await keys.obtain({ nafId, keyUse: 'ME' })
  await ub.close()
  await card.close()
  return `${btid}:${Buffer.from(key.reveal()).toString('base64')}`
}

async function run(user: string, tls: boolean, ...flags: string[]) {
  const { nafPort, nafTlsPort } = network!
  const port = tls ? nafTlsPort : nafPort
  const { stdout } = await curl!.run([
    ...['-s', '--digest', '-u', user, '-w', '%{http_code} %{num_connects}'],
    ...['--resolve', `${NAF_FQDN}:${port}:127.0.0.1`, '--cacert', join(folder, 'ca.pem')],
    ...flags,
    `${tls ? 'https' : 'http'}://${NAF_FQDN}:${port}/a/b?c=d`,
  ])
  return stdout
}

const TLS_1_2 = ['--tls-max', '1.2', '--ciphers', 'ECDHE-ECDSA-AES128-GCM-SHA256']
const TLS_1_3 = ['--tlsv1.3', '--tls13-ciphers', 'TLS_AES_128_GCM_SHA256']

describe.skipIf(curl === undefined)('curl --digest', () => {
  describe.each(['MD5', 'SHA-256', 'MD5-sess'] as const)('with %s', (algorithm) => {
    test.each([
      ['no TLS', undefined, [], '0100000002'],
      ['TLS 1.2', 0xc02b, TLS_1_2, '010001c02b'],
      ['TLS 1.3', 0x1301, TLS_1_3, '0100011301'],
    ] as const)('over %s', async (_, suite, flags, uaId) => {
      await start({ algorithms: [algorithm] })
      const user = await userOf(suite)
      const stdout = await run(user, suite !== undefined, ...flags)
      expect(stdout).toBe(`GET ${uaId} ${IDENTITY} \n200 1`)
    })
  })

  test('takes up one of two challenges', async () => {
    await start()
    expect(await run(await userOf(), false)).toMatch(/200 1$/)
  })

  test('sends a body under auth', async () => {
    await start()
    const stdout = await run(await userOf(0xc02b), true, ...TLS_1_2, '-d', 'hello')
    expect(stdout).toBe(`POST 010001c02b ${IDENTITY} hello\n200 1`)
  })

  test('hashes an empty body under auth-int, whatever it sends: refused', async () => {
    await start()
    const user = await userOf()
    const stdout = await run(user, false, '-d', 'hello')
    expect(stdout).toMatch(/not made with the key of this B-TID\n401 \d$/)
  })

  test('with the key of another connection, or a wrong one, gets no further', async () => {
    await start()
    const user = await userOf(0x1302)
    expect(await run(user, true, ...TLS_1_2)).toMatch(/401 \d$/)
    expect(await run(user.replace(/:.*/, ':AAAA'), false)).toMatch(/401 \d$/)
    expect(await run('alice:secret', false)).toMatch(/no B-TID\n401 \d$/)
  })

  test('asks for an identity that is not the subscriber’s', async () => {
    await start({ gsids: [1_000_001] })
    const user = await userOf()
    const intend = (identity: string) =>
      run(user, false, '-H', `X-3GPP-Intended-Identity: "${identity}"`)
    expect(await intend('sip:alice@example.org')).toMatch(/ sip:alice@example\.org \n200 1$/)
    expect(await intend('sip:mallory@example.org')).toMatch(/\n403 1$/)
  })
})
