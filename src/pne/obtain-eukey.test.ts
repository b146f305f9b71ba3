import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CpnsWorld, createCpnsWorld, WATCH_ID } from '../../test/support/cpns-world.ts'
import { post } from '../../test/support/hand-client.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { parsePassword } from '../cpns/password-keys.ts'
import { AssignmentRefused } from '../cpns/request-eukey.ts'
import { makeUser } from '../cpns-server/users.ts'
import { parseUserId } from '../identity/user-id.ts'
import { obtainEuKey } from './obtain-eukey.ts'
import type { DeviceEuKey } from './pne-store.ts'

const COST = { n: 16_384, r: 8, p: 1 }
const userId = parseUserId('alice')
const random = createSeededRandom('obtain eukey')

let world: CpnsWorld
let saved: DeviceEuKey[]

beforeEach(async () => {
  world = createCpnsWorld({ passwords: { cost: COST } })
  saved = []
  const user = { userId, password: parsePassword('correct horse'), cost: COST }
  await world.store.addUser(await makeUser(user, { clock: world.clock, random }))
})
afterEach(() => world.close())

const obtain = (
  password = parsePassword('correct horse'),
  exchange = (octets: Uint8Array) => post(world, octets),
) =>
  obtainEuKey(
    { entityId: WATCH_ID, userId, password, nonce: new Uint8Array(16).fill(1) },
    {
      clock: world.clock,
      random,
      exchange,
      store: { saveEuKey: async (euKey) => void saved.push(euKey) },
    },
  )

test('the EUKey that the server made is stored with its end, and the password is wiped', async () => {
  const password = parsePassword('correct horse')
  const euKey = await obtain(password)
  expect(saved).toEqual([euKey])
  expect(password.reveal().every((octet) => octet === 0)).toBe(true)
  const [candidate] = await world.store.findCandidateEuKeys(WATCH_ID, world.clock.nowMs())
  expect(candidate?.key.equals(euKey.key)).toBe(true)
  expect([candidate?.id, candidate?.expiresAtMs]).toEqual([euKey.id, euKey.expiresAtMs])
})

test('its life counts from before the server could have begun it', async () => {
  const startedAtMs = world.clock.nowMs()
  const slow = async (octets: Uint8Array) => {
    const answer = await post(world, octets)
    await world.clock.advance(5000)
    return answer
  }
  const { expiresAtMs } = await obtain(undefined, slow)
  expect(expiresAtMs).toBe(startedAtMs + 30 * 86_400_000)
})

test('after a refusal nothing is stored, and the password is wiped all the same', async () => {
  const password = parsePassword('wrong')
  await expect(obtain(password)).rejects.toThrow(AssignmentRefused)
  expect(saved).toEqual([])
  expect(password.reveal().every((octet) => octet === 0)).toBe(true)
})
