/** The HASHes of both profiles as openssl computes them from the octets of the messages. M-1, M-2 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handshakeAlgorithm } from '../../src/cpns/algorithms.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { fromHex, toHex, utf8 } from '../../src/octets/octets.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const openssl = findInteropTool('openssl', 'openssl')

interface Vector {
  readonly algorithm: 'HMAC-SHA-256' | 'SHA-1'
  readonly messages: Readonly<Record<string, string>>
  readonly clientHash: string
  readonly serverHash: string
}
const { euKey, vectors } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../vectors/cpns-handshake.json'), 'utf8'),
) as { euKey: string; vectors: Vector[] }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-hash-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** `openssl dgst` over octets. */
async function dgst(octets: Uint8Array, ...flags: readonly string[]): Promise<string> {
  const file = join(folder, 'octets')
  writeFileSync(file, octets)
  const { stdout } = await openssl!.run(['dgst', '-r', ...flags, file])
  return stdout.split(' ')[0] ?? ''
}

const ORDER = ['connectRequest', 'authenticateRequest', 'authenticateResponse'] as const

/** HASH over the first `count` messages, by openssl alone. */
async function hashOf({ algorithm, messages }: Vector, count: 2 | 3): Promise<string> {
  const octets = ORDER.slice(0, count).map((name) => utf8(messages[name] ?? ''))
  if (algorithm === 'SHA-1') return dgst(Buffer.concat([...octets, fromHex(euKey)]), '-sha1')
  const digests: Uint8Array[] = []
  for (const message of octets) digests.push(fromHex(await dgst(message, '-sha256')))
  const label = utf8(count === 2 ? 'CPNS client\u0000' : 'CPNS server\u0000')
  const key = ['-mac', 'HMAC', '-macopt', `hexkey:${euKey}`]
  return dgst(Buffer.concat([label, ...digests]), '-sha256', ...key)
}

describe.skipIf(openssl === undefined).each(vectors)('$algorithm', (vector) => {
  test('the vectors, and what the code makes, are what openssl makes', async () => {
    const { hash, keep } = handshakeAlgorithm(vector.algorithm)
    const kept = ORDER.map((name) => keep(utf8(vector.messages[name] ?? '')))
    const ours = (purpose: 'connect-client' | 'connect-server', count: 2 | 3) =>
      toHex(hash(Secret.of(fromHex(euKey)), purpose, kept.slice(0, count)))
    const client = await hashOf(vector, 2)
    expect([vector.clientHash, ours('connect-client', 2)]).toEqual([client, client])
    const server = await hashOf(vector, 3)
    expect([vector.serverHash, ours('connect-server', 3)]).toEqual([server, server])
  })
})
