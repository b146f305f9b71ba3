import { expect, test } from 'vitest'
import { createCpnsWorld } from '../../test/support/cpns-world.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { derivePasswordKeys, parsePassword } from '../cpns/password-keys.ts'
import { parseUserId } from '../identity/user-id.ts'
import { createVerifierFinder, makeUser } from './users.ts'

const COST = { n: 16_384, r: 8, p: 1 }
const userId = parseUserId('alice')
const password = parsePassword('secret')

test('a user has the keys of its password under a salt of its own, and no password', async () => {
  const world = createCpnsWorld()
  const random = createSeededRandom('users')
  const ports = { clock: world.clock, random }
  const [one, two] = [
    await makeUser({ userId, password, cost: COST }, ports),
    await makeUser({ userId, password, cost: COST }, ports),
  ]
  expect(one.kdf.salt).not.toEqual(two.kdf.salt)
  const { authKey } = await derivePasswordKeys(password, one.kdf)
  expect(one.keys.authKey.equals(authKey)).toBe(true)
  expect(JSON.stringify(one)).not.toContain('secret"')
  await world.close()
})

test('an unknown user has a made-up salt, its own and always the same, and nothing verifies', async () => {
  const world = createCpnsWorld()
  const random = createSeededRandom('finder')
  const finder = createVerifierFinder(COST, { store: world.store, random })
  const found = await finder.find(userId)
  expect(found.user).toBeUndefined()
  expect(found.kdf).toEqual({ kdf: 'scrypt', ...COST, salt: expect.any(Uint8Array) })
  expect(found.kdf.salt).toHaveLength(16)
  const again = createVerifierFinder(COST, { store: world.store, random })
  expect((await again.find(userId)).kdf.salt).toEqual(found.kdf.salt)
  expect((await again.find(parseUserId('bob'))).kdf.salt).not.toEqual(found.kdf.salt)
  const { authKey } = await derivePasswordKeys(password, found.kdf)
  expect(found.keys.authKey.equals(authKey)).toBe(false)
  await world.close()
})

test('a store that fails once is asked again', async () => {
  const world = createCpnsWorld()
  const random = createSeededRandom('failing')
  let failures = 1
  const store = {
    ...world.store,
    madeUpSaltSecret: (candidate: Parameters<typeof world.store.madeUpSaltSecret>[0]) =>
      failures-- > 0 ? Promise.reject(new Error('full')) : world.store.madeUpSaltSecret(candidate),
  }
  const finder = createVerifierFinder(COST, { store, random })
  await expect(finder.find(userId)).rejects.toThrow('full')
  expect((await finder.find(userId)).kdf.salt).toHaveLength(16)
  await world.close()
})
