/** PSK-TLS with clients that we did not write: openssl and gnutls-cli, TLS 1.2 and 1.3. TS 33.222 5.4 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  PSK_IDENTITY,
  type PskWorld,
  pskKeyOf,
  startPskWorld,
} from '../../src/adapters/naf/psk-world.fixture.ts'
import { toHex } from '../../src/octets/octets.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const openssl = findInteropTool('openssl', 'openssl')
const gnutls = findInteropTool('gnutls-cli', 'gnutls-bin')

let world: PskWorld
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-psk-'))
  world = await startPskWorld()
  // Later than the ticket of TLS 1.3, so that a client has it before the end.
  world.onConnection = (socket) => void setTimeout(() => socket.end('hello from the NAF\n'), 100)
})
afterEach(async () => {
  await world.server.close()
  rmSync(folder, { recursive: true, force: true })
})

const hexOf = (version: '1.2' | '1.3'): string => toHex(pskKeyOf(version))

/** @param flags More flags of s_client. */
async function runOpenssl(version: '1.2' | '1.3', ...flags: readonly string[]): Promise<string> {
  const where = ['-connect', `127.0.0.1:${world.server.port}`, `-tls${version.replace('.', '_')}`]
  const ours = version === '1.2' ? ['-cipher', 'PSK-AES128-GCM-SHA256'] : []
  const own = ['-psk_identity', PSK_IDENTITY, '-psk', hexOf(version)]
  const { stdout, stderr } = await openssl!.run(
    ['s_client', ...where, ...ours, ...own, '-ign_eof', ...flags],
    10_000,
  )
  return stdout + stderr
}

describe.skipIf(openssl === undefined).each(['1.2', '1.3'] as const)(
  'openssl, TLS %s',
  (version) => {
    test('with the key is let in', async () => {
      const output = await runOpenssl(version)
      expect(output).toContain('hello from the NAF')
      expect(world.peers).toHaveLength(1)
      if (version === '1.2') expect(output).toContain('PSK identity hint: 3GPP-bootstrapping')
    })

    test('with another key or identity is refused', async () => {
      await runOpenssl(version, '-psk', '00'.repeat(32))
      const unknown = await runOpenssl(version, '-psk_identity', 'nobody')
      expect(unknown).toContain('SSL alert number 115')
      expect(world.peers).toEqual([])
    })

    test('cannot resume once the key is gone', async () => {
      const session = join(folder, 'session.pem')
      expect(await runOpenssl(version, '-sess_out', session)).toContain('hello from the NAF')
      world.lookup = async () => ({ outcome: 'unknown-identity' })
      const again = await runOpenssl(version, '-sess_in', session)
      expect(again).not.toContain('hello from the NAF')
      expect(world.peers).toHaveLength(1)
    })

    test('without a hello of its own: no suite that is weak or another', async () => {
      const suites = [
        'PSK-NULL-SHA256:@SECLEVEL=0',
        'PSK-AES128-CBC-SHA',
        'ECDHE-PSK-AES128-CBC-SHA',
      ]
      for (const suite of version === '1.2' ? suites : []) {
        expect(await runOpenssl(version, '-cipher', suite)).not.toContain('hello from')
      }
      const other = await runOpenssl('1.3', '-ciphersuites', 'TLS_AES_256_GCM_SHA384')
      expect(other).not.toContain('hello from')
      expect(world.peers).toEqual([])
    })
  },
)

describe.skipIf(gnutls === undefined).each(['1.2', '1.3'] as const)('gnutls, TLS %s', (version) => {
  test('with the key is let in', async () => {
    const exchange = version === '1.2' ? '+PSK' : '+ECDHE-PSK:+DHE-PSK'
    const priority = `NORMAL:-VERS-ALL:+VERS-TLS${version}:-KX-ALL:${exchange}`
    const key = ['--pskusername', PSK_IDENTITY, '--pskkey', hexOf(version)]
    const where = ['-p', `${world.server.port}`, '127.0.0.1', '--priority', priority]
    await gnutls!.run([...where, ...key], 10_000)
    expect(world.peers).toHaveLength(1)
  })
})
