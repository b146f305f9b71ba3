import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { Secret } from '../crypto/secret.ts'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import { ALGORITHMS, handshakeAlgorithm } from './algorithms.ts'
import { createSoftwareProver } from './eukey-prover.ts'
import {
  euKey,
  HANDSHAKE_VECTORS,
  type HandshakeVector,
  VECTOR_FILE,
} from './handshake-vectors.fixture.ts'

const prover = createSoftwareProver(euKey(), createSeededRandom('prover'))

function inputsOf({ algorithm, messages, serverHash }: HandshakeVector) {
  const { keep } = handshakeAlgorithm(algorithm)
  const proof = {
    algorithm,
    randomClient: fromHex(VECTOR_FILE.randomClient),
    randomServer: fromHex(VECTOR_FILE.randomServer),
    kept: [keep(utf8(messages.connectRequest)), keep(utf8(messages.authenticateRequest))] as const,
  }
  const kept = keep(utf8(messages.authenticateResponse))
  return { proof, confirmation: { proof, kept, serverHash: fromHex(serverHash) } }
}

describe.each(HANDSHAKE_VECTORS)('vector $id', (vector) => {
  const { proof, confirmation } = inputsOf(vector)

  test('HASH of the client', async () => {
    expect(toHex(await prover.prove(proof))).toBe(vector.clientHash)
  })

  test('the session key, if the server proved the same EUKey', async () => {
    const sessionKey = await prover.confirm(confirmation)
    expect(toHex((sessionKey as Secret).reveal())).toBe(vector.sessionKey)
  })

  test('none for a HASH that is wrong, short or missing, or was made with another key', async () => {
    const { serverHash } = confirmation
    const wrong = [
      serverHash.map((octet, at) => (at === 0 ? octet ^ 1 : octet)),
      serverHash.subarray(1),
      new Uint8Array(0),
      fromHex(vector.clientHash),
    ]
    for (const hash of wrong) {
      expect(await prover.confirm({ ...confirmation, serverHash: hash })).toBeUndefined()
    }
    const other = createSoftwareProver(Secret.of(new Uint8Array(32)), createSeededRandom())
    expect(await other.confirm(confirmation)).toBeUndefined()
  })
})

test('RAND_client is drawn anew for each exchange', async () => {
  const [one, two] = [await prover.start(), await prover.start()]
  expect([one.length, two.length]).toEqual([16, 16])
  expect(toHex(one)).not.toBe(toHex(two))
})

test('software proves with every algorithm there is', () => {
  expect(prover.algorithms).toEqual(ALGORITHMS)
})
