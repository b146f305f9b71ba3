import { expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { TransportFailed } from '../errors/errors.ts'
import { fromUtf8, toHex, utf8 } from '../octets/octets.ts'
import { type ClientEvent, IDLE, step } from './client-handshake.ts'
import { advance } from './client-handshake-advance.ts'
import { createSoftwareProver, type EuKeyProver } from './eukey-prover.ts'
import { euKey, startOf, vectorOf } from './handshake-vectors.fixture.ts'

const VECTOR = vectorOf('HMAC-SHA-256')
const prover = createSoftwareProver(euKey(), createSeededRandom('prover'))
const message = (document: string): ClientEvent => ({ kind: 'message', octets: utf8(document) })
const challenge = message(VECTOR.messages.authenticateRequest)

test('a whole exchange: the key is asked where it is needed', async () => {
  const requested = await advance(IDLE, startOf(VECTOR), prover)
  expect(fromUtf8(requested.send as Uint8Array)).toBe(VECTOR.messages.connectRequest)
  const proved = await advance(requested.state, challenge, prover)
  expect(fromUtf8(proved.send as Uint8Array)).toBe(VECTOR.messages.authenticateResponse)
  const success = message(VECTOR.messages.connectResponse)
  const { outcome, ask } = await advance(proved.state, success, prover)
  expect(ask).toBeUndefined()
  if (outcome?.kind !== 'connected') throw new Error('not connected')
  expect(toHex(outcome.sessionKey.reveal())).toBe(VECTOR.sessionKey)
})

test('a prover that does not believe the server ends it', async () => {
  const doubting: EuKeyProver = { ...prover, confirm: async () => undefined }
  const { state } = step(IDLE, startOf(VECTOR))
  const proved = await advance(state, challenge, doubting)
  const success = message(VECTOR.messages.connectResponse)
  const { outcome } = await advance(proved.state, success, doubting)
  expect(outcome).toEqual({ kind: 'failed', reason: 'server-hash-wrong' })
})

test('what the prover throws is what it throws', async () => {
  const gone: EuKeyProver = {
    ...prover,
    prove: () => Promise.reject(new TransportFailed('the reader is gone')),
  }
  const { state } = step(IDLE, startOf(VECTOR))
  await expect(advance(state, challenge, gone)).rejects.toThrow('the reader is gone')
  expect((await advance(state, challenge, prover)).send).toBeDefined()
})
