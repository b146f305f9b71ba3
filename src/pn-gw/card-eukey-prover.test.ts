import { describe, expect, test } from 'vitest'
import type { ConnectProof } from '../cpns/eukey-prover.ts'
import { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import type { EuKeyOperations } from '../gba/gba-card.ts'
import { createCardProver } from './card-eukey-prover.ts'

const filled = (octet: number, length = 32) => new Uint8Array(length).fill(octet)
const PROOF: ConnectProof = {
  algorithm: 'HMAC-SHA-256',
  randomClient: filled(1, 16),
  randomServer: filled(2, 16),
  kept: [filled(3), filled(4)],
}
const CONFIRMATION = { proof: PROOF, kept: filled(5), serverHash: filled(6) }
const SESSION_KEY = Secret.of(filled(7))

/** A card where everything goes well but what a test changes, and what it was asked. */
function proverWith(change: Partial<EuKeyOperations> = {}) {
  const asked: unknown[] = []
  const operations: EuKeyOperations = {
    start: async () => ({ outcome: 'started', randomClient: PROOF.randomClient }),
    async prove(proof) {
      asked.push(proof)
      return { outcome: 'proved', hash: filled(8) }
    },
    async confirm(confirmation) {
      asked.push(confirmation)
      return { outcome: 'confirmed', sessionKey: SESSION_KEY }
    },
    ...change,
  }
  return { asked, prover: createCardProver(operations, (work) => work()) }
}

test('the card gets digests, and gives RAND_client, HASH and session key', async () => {
  const { asked, prover } = proverWith()
  expect(await prover.start()).toEqual(PROOF.randomClient)
  expect(await prover.prove(PROOF)).toEqual(filled(8))
  expect(await prover.confirm(CONFIRMATION)).toBe(SESSION_KEY)
  expect(asked).toEqual([
    { randomClient: filled(1, 16), randomServer: filled(2, 16), digests: PROOF.kept },
    { digest: filled(5), serverHash: filled(6) },
  ])
})

test('it proves with HMAC-SHA-256 only: cpns-1.0 hashes whole messages', () => {
  expect(proverWith().prover.algorithms).toEqual(['HMAC-SHA-256'])
})

describe('what a card may say', () => {
  test('it has no such commands: final', async () => {
    const { prover } = proverWith({ start: async () => ({ outcome: 'not-offered' }) })
    await expect(prover.start()).rejects.toThrow(AuthenticationFailed)
    await expect(prover.start()).rejects.toThrow('the card has no EUKey operations')
  })

  test('it keeps no key for the NAF_Id: another exchange may do', async () => {
    const { prover } = proverWith({ start: async () => ({ outcome: 'unknown-naf-id' }) })
    await expect(prover.start()).rejects.toThrow(TransportFailed)
  })

  test('it is not the turn of this exchange: another may do', async () => {
    const outOfTurn = async () => ({ outcome: 'out-of-turn' }) as const
    const { prover } = proverWith({ prove: outOfTurn, confirm: outOfTurn })
    await expect(prover.prove(PROOF)).rejects.toThrow(TransportFailed)
    await expect(prover.confirm(CONFIRMATION)).rejects.toThrow('the card has lost the exchange')
  })

  test('the HASH of the server is wrong: no session key', async () => {
    const { prover } = proverWith({ confirm: async () => ({ outcome: 'hash-wrong' }) })
    expect(await prover.confirm(CONFIRMATION)).toBeUndefined()
  })
})

test.each([0, 20, 31, 33])('a HASH of %i octets is wrong, and not for the card', async (length) => {
  const { asked, prover } = proverWith()
  expect(await prover.confirm({ ...CONFIRMATION, serverHash: filled(6, length) })).toBeUndefined()
  expect(asked).toEqual([])
})

test('each operation waits for its turn', async () => {
  let turns = 0
  const operations: EuKeyOperations = {
    start: async () => ({ outcome: 'started', randomClient: filled(turns, 16) }),
    prove: async () => ({ outcome: 'proved', hash: filled(turns) }),
    confirm: async () => ({ outcome: 'confirmed', sessionKey: Secret.of(filled(turns)) }),
  }
  const prover = createCardProver(operations, async (work) => {
    turns += 1
    return await work()
  })
  expect(await prover.start()).toEqual(filled(1, 16))
  expect(await prover.prove(PROOF)).toEqual(filled(2))
  expect((await prover.confirm(CONFIRMATION))?.reveal()).toEqual(filled(3))
})
