import { expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed } from '../errors/errors.ts'
import { ConnectRefused, proverOf } from './credentials.ts'
import { createSoftwareProver } from './eukey-prover.ts'
import { startOf, vectorOf } from './handshake-vectors.fixture.ts'

test('a refusal is a failed authentication, with the status if the server said one', () => {
  const refused = new ConnectRefused('no', 403)
  expect(refused).toBeInstanceOf(AuthenticationFailed)
  expect([refused.code, refused.status, refused.message]).toEqual([
    'authentication-failed',
    403,
    'no',
  ])
  expect(new ConnectRefused('the HASH is wrong').status).toBeUndefined()
})

test('a key is proved in software, a card proves itself', () => {
  const random = createSeededRandom('prover')
  const euKey = Secret.of(new Uint8Array(32))
  const software = proverOf({ euKey, keyType: 'assigned' }, random)
  expect(software.algorithms).toEqual(['HMAC-SHA-256', 'SHA-1'])
  const { btid } = startOf(vectorOf('HMAC-SHA-256'))
  const prover = { ...createSoftwareProver(euKey, random), algorithms: [] }
  const credentials = {
    prover,
    keyType: 'ks-int-naf',
    btid: btid as NonNullable<typeof btid>,
  } as const
  expect(proverOf(credentials, random)).toBe(prover)
})
