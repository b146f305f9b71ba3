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

/** Octets of the session tickets that openssl got, by the lines of 16 that it shows them in. */
const ticketLengths = (printed: string): number[] =>
  printed
    .split('TLS session ticket:\n')
    .slice(1)
    .map((rest) => 16 * (/^(?: +[0-9a-f]{4} - .*\n)*/.exec(rest)?.[0].split('\n').length ?? 1) - 16)

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
      const first = await runOpenssl(version, '-sess_out', session)
      expect(first).toContain('hello from the NAF')
      // TLS 1.2 gives no ticket at all, 1.3 a name of a session that nobody keeps: never the session itself.
      expect(Math.max(0, ...ticketLengths(first))).toBeLessThanOrEqual(version === '1.2' ? 0 : 32)
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

describe.skipIf(openssl === undefined)('openssl, HelloRetryRequest', () => {
  const count = (text: string, message: string): number => text.split(`, ${message}\n`).length - 1

  test.each([
    ['the first group is taken', 'P-256:X25519', 1],
    ['the first group is not taken', 'X25519:P-256', 2],
  ])('%s: the key is fetched once', async (_name, groups, hellos) => {
    await world.server.close()
    world = await startPskWorld({ groups: ['P-256'] })
    world.onConnection = (socket) => void socket.end('hello from the NAF\n')
    const output = await runOpenssl('1.3', '-groups', groups, '-msg')
    expect(output).toContain('hello from the NAF')
    expect([count(output, 'ClientHello'), count(output, 'ServerHello')]).toEqual([hellos, hellos])
    expect([world.offers.length, world.peers.length]).toEqual([1, 1])
  })

  test('a client with another key does not get further by it', async () => {
    await world.server.close()
    world = await startPskWorld({ groups: ['P-256'] })
    const output = await runOpenssl('1.3', '-groups', 'X25519:P-256', '-psk', '00'.repeat(32))
    expect(output).not.toContain('hello from')
    expect(world.peers).toEqual([])
  })

  test('no group in common: refused', async () => {
    await world.server.close()
    world = await startPskWorld({ groups: ['P-256'] })
    expect(await runOpenssl('1.3', '-groups', 'X25519')).toContain('alert handshake failure')
    expect(world.peers).toEqual([])
  })
})

describe.skipIf(openssl === undefined)('openssl, a hello in pieces', () => {
  test('records of 512 octets, and a hello of many names', async () => {
    // Each protocol is 200 octets, so that the hello fills several records.
    const alpn = Array.from({ length: 40 }, (_, n) => `${n}`.padEnd(200, 'x')).join(',')
    const output = await runOpenssl('1.3', '-alpn', alpn, '-max_send_frag', '512')
    expect(output).toContain('hello from the NAF')
    expect(world.offers).toHaveLength(1)
  })
})

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
