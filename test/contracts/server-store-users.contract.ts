/** CPNS Users, attempts and EUKeys that wait for their first HASH, in a `ServerStore`. K-4, M-4, M-5 */
import { expect, test } from 'vitest'
import type { EuKey, ServerStore } from '../../src/cpns-server/server-store.ts'
import type { AttemptDelays, User } from '../../src/cpns-server/user-store.ts'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import { parseUserId } from '../../src/identity/user-id.ts'
import {
  ALICE,
  KEY_EXPIRES,
  NOW,
  PHONE,
  sampleAssignment,
  sampleCompletion,
  sampleEuKey,
  sampleTombstoneKey,
  sampleUser,
  secretOf,
  USER,
  WATCH,
} from './server-store.samples.ts'

const OTHER = parseUserId('bob')
const candidate = (n: number, changes: Partial<EuKey> = {}): EuKey =>
  sampleEuKey(n, {
    id: `key-${n}`,
    source: 'assigned',
    keyType: 'assigned',
    owner: { kind: 'user', id: USER },
    ...changes,
  })

/** @param open A fresh, empty store each time. */
export function serverStoreUsersContract(open: () => Promise<ServerStore>): void {
  usersContract(open)
  attemptsContract(open)
  assignmentContract(open)
  ownerContract(open)
  candidateContract(open)
}

function usersContract(open: () => Promise<ServerStore>): void {
  test('a user comes back as it was added, once', async () => {
    const store = await open()
    expect(await store.findUser(USER)).toBeUndefined()
    expect(await store.addUser(sampleUser())).toBe('added')
    expect(await store.addUser(sampleUser({ createdAtMs: 7 }))).toBe('exists')
    const { keys, ...found } = (await store.findUser(USER)) as User
    const { keys: expected, ...plain } = sampleUser()
    expect(found).toEqual(plain)
    expect(keys.authKey.equals(expected.authKey)).toBe(true)
    expect(keys.wrapBase.equals(expected.wrapBase)).toBe(true)
    expect(await store.listUsers()).toEqual([{ userId: USER, createdAtMs: NOW, changedAtMs: NOW }])
  })

  test('one of another case is another', async () => {
    const store = await open()
    const [alice, ALICE_TOO] = [parseUserId('alice'), parseUserId('Alice')]
    await store.addUser(sampleUser({ userId: alice }))
    expect(await store.findUser(ALICE_TOO)).toBeUndefined()
    expect(await store.addUser(sampleUser({ userId: ALICE_TOO }))).toBe('added')
    expect(await store.removeUser(ALICE_TOO)).toBe(true)
    expect((await store.findUser(alice))?.userId).toBe('alice')
  })

  test('another password keeps the day of birth and takes back what waits', async () => {
    const store = await open()
    const kdf = { ...sampleUser().kdf, salt: new Uint8Array(16).fill(9), n: 65_536 }
    const keys = { authKey: secretOf(8), wrapBase: secretOf(9) }
    const change = { userId: USER, kdf, keys, changedAtMs: NOW + 5 }
    expect(await store.changePassword(change)).toBe(false)
    await store.addUser(sampleUser())
    await store.completeAssignment(sampleAssignment(1, candidate(1)), NOW)
    expect(await store.changePassword(change)).toBe(true)
    const user = await store.findUser(USER)
    expect(user).toMatchObject({ kdf, createdAtMs: NOW, changedAtMs: NOW + 5 })
    expect(user?.keys.authKey.equals(keys.authKey)).toBe(true)
    expect(await store.findCandidateEuKeys(PHONE, NOW)).toEqual([])
  })

  test('a removed user has no EUKey, session or link any more; others keep theirs', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    await store.assignEuKey(candidate(1))
    await store.completeHandshake(sampleCompletion(1, candidate(1)), NOW)
    const ofBob = candidate(2, { entityId: WATCH, owner: { kind: 'user', id: OTHER } })
    await store.assignEuKey(ofBob)
    await store.completeHandshake(sampleCompletion(2, ofBob), NOW)
    const car = parseEntityId('urn:uuid:car')
    await store.bindEntity({ entityId: car, owner: ALICE, boundAtMs: NOW })
    expect(await store.linkUser(car, USER)).toBe('linked')
    await store.completeAssignment(sampleAssignment(3, candidate(3, { entityId: car })), NOW)
    expect(await store.findCandidateEuKeys(car, NOW)).toHaveLength(1)
    expect(await store.removeUser(USER)).toBe(true)
    expect(await store.findCandidateEuKeys(car, NOW)).toEqual([])
    expect(await store.removeUser(USER)).toBe(false)
    expect(await store.findUser(USER)).toBeUndefined()
    expect((await store.listEuKeys()).map(({ id }) => id)).toEqual(['key-2'])
    expect((await store.listSessions(NOW)).map(({ entityId }) => entityId)).toEqual([WATCH])
    expect((await store.findEntity(car))?.linkedUserId).toBeUndefined()
  })

  test('the secret of made-up salts is the one that came first', async () => {
    const store = await open()
    const first = await store.madeUpSaltSecret(secretOf(1))
    expect(first.equals(secretOf(1))).toBe(true)
    expect((await store.madeUpSaltSecret(secretOf(2))).equals(first)).toBe(true)
  })
}

function attemptsContract(open: () => Promise<ServerStore>): void {
  const delays: AttemptDelays = { firstMs: 1_000, longestMs: 3_000, forgetAfterMs: 60_000 }
  const alice = { name: 'user alice', freeAttempts: 2 }
  const phone = { name: 'entity phone', freeAttempts: 3 }

  test('delays begin when the free attempts are used up, and double up to the longest', async () => {
    const store = await open()
    let nowMs = NOW
    const waits: number[] = []
    for (let n = 0; n < 5; n++) {
      expect(await store.takeAttempt([alice], delays, nowMs)).toEqual({ outcome: 'taken' })
      const allowedAtMs = await store.attemptAllowedAtMs([alice])
      waits.push(allowedAtMs - nowMs)
      nowMs = allowedAtMs
    }
    expect(waits).toEqual([0, 1_000, 2_000, 3_000, 3_000])
  })

  test('one subject that has to wait holds all, and nothing is counted', async () => {
    const store = await open()
    expect(await store.attemptAllowedAtMs([alice])).toBe(0)
    await store.takeAttempt([alice], delays, NOW)
    await store.takeAttempt([alice], delays, NOW)
    for (let n = 0; n < 5; n++) {
      const attempt = await store.takeAttempt([alice, phone], delays, NOW + 999)
      expect(attempt).toEqual({ outcome: 'limited', untilMs: NOW + 1_000 })
    }
    expect(await store.attemptAllowedAtMs([alice, phone])).toBe(NOW + 1_000)
    expect(await store.attemptAllowedAtMs([phone])).toBe(0)
    expect((await store.takeAttempt([alice, phone], delays, NOW + 1_000)).outcome).toBe('taken')
  })

  test('a quiet subject starts anew, and its row goes', async () => {
    const store = await open()
    for (let n = 0; n < 2; n++) await store.takeAttempt([alice], delays, NOW)
    await store.takeAttempt([alice], delays, NOW + 60_000)
    expect(await store.attemptAllowedAtMs([alice])).toBe(NOW + 60_000)
    expect(await store.removeExpired(NOW + 119_999)).toBe(0)
    expect(await store.removeExpired(NOW + 120_000)).toBe(1)
  })

  test('a completed assignment forgives its user and gives the others their attempt back', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    for (let n = 0; n < 3; n++) await store.takeAttempt([alice, phone], delays, NOW + n * 5_000)
    const attempts = { forgiven: [alice.name], returned: [phone.name] }
    const assignment = sampleAssignment(1, candidate(1), { attempts })
    expect((await store.completeAssignment(assignment, NOW)).outcome).toBe('completed')
    expect(await store.attemptAllowedAtMs([alice, phone])).toBe(0)
    await store.takeAttempt([alice, phone], delays, NOW)
    expect(await store.attemptAllowedAtMs([alice])).toBe(NOW)
    expect(await store.attemptAllowedAtMs([phone])).toBe(NOW + 1_000)
  })

  test('so does one that comes to nothing: the password was right', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    for (let n = 0; n < 3; n++) await store.takeAttempt([alice, phone], delays, NOW + n * 5_000)
    const attempts = { forgiven: [alice.name], returned: [phone.name] }
    const assignment = sampleAssignment(1, candidate(1), { attempts, bindFirstUse: false })
    expect((await store.completeAssignment(assignment, NOW)).outcome).toBe('not-bound')
    expect(await store.attemptAllowedAtMs([alice, phone])).toBe(0)
  })
}

function assignmentContract(open: () => Promise<ServerStore>): void {
  const openWithUser = async (): Promise<ServerStore> => {
    const store = await open()
    await store.addUser(sampleUser())
    return store
  }

  test('the EUKey waits as it was made, and only the tombstone is there beside it', async () => {
    const store = await openWithUser()
    const assignment = sampleAssignment(1, candidate(1))
    expect(await store.completeAssignment(assignment, NOW)).toEqual({ outcome: 'completed' })
    const [found] = await store.findCandidateEuKeys(PHONE, NOW)
    const { key, ...rest } = found as EuKey
    const { key: expectedKey, ...plain } = candidate(1)
    expect(rest).toEqual(plain)
    expect(key.equals(expectedKey)).toBe(true)
    expect(await store.findTombstone(sampleTombstoneKey(1))).toEqual(assignment.tombstone)
    expect(await store.findCurrentEuKey(PHONE, NOW)).toBeUndefined()
    expect(await store.listEntities()).toEqual([])
  })

  test('a second one with that State changes nothing', async () => {
    const store = await openWithUser()
    const { tombstone } = sampleAssignment(1, candidate(1))
    await store.completeAssignment(sampleAssignment(1, candidate(1)), NOW)
    const again = sampleAssignment(1, candidate(2))
    expect(await store.completeAssignment(again, NOW)).toEqual({
      outcome: 'already-completed',
      tombstone,
    })
    expect((await store.findCandidateEuKeys(PHONE, NOW)).map(({ id }) => id)).toEqual(['key-1'])
  })

  test.each([
    ['state-expired', { stateExpiresAtMs: NOW }],
    ['user-changed', { userChangedAtMs: NOW - 1 }],
    ['not-bound', { bindFirstUse: false }],
  ] as const)('%s leaves nothing', async (outcome, change) => {
    const store = await openWithUser()
    const assignment = sampleAssignment(1, candidate(1), change)
    expect(await store.completeAssignment(assignment, NOW)).toEqual({ outcome })
    expect(await store.findCandidateEuKeys(PHONE, NOW)).toEqual([])
    expect(await store.findTombstone(sampleTombstoneKey(1))).toBeUndefined()
  })

  test('without its user there is none', async () => {
    const store = await open()
    const outcome = await store.completeAssignment(sampleAssignment(1, candidate(1)), NOW)
    expect(outcome).toEqual({ outcome: 'user-changed' })
  })
}

function ownerContract(open: () => Promise<ServerStore>): void {
  test('an entity of an IMPI takes the EUKey of a linked user only', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    await store.addUser(sampleUser({ userId: OTHER }))
    expect(await store.linkUser(PHONE, USER)).toBe('unknown-entity')
    expect(await store.linkUser(PHONE, parseUserId('nobody'))).toBe('unknown-user')
    await store.bindEntity({ entityId: PHONE, owner: ALICE, boundAtMs: NOW })
    const complete = async (n: number) =>
      (await store.completeAssignment(sampleAssignment(n, candidate(n)), NOW)).outcome
    expect(await complete(1)).toBe('other-owner')
    expect(await store.linkUser(PHONE, OTHER)).toBe('linked')
    expect(await complete(2)).toBe('other-owner')
    await store.linkUser(PHONE, USER)
    expect(await store.findEntity(PHONE)).toMatchObject({ owner: ALICE, linkedUserId: USER })
    expect(await complete(3)).toBe('completed')
    const used = await store.completeHandshake(sampleCompletion(4, candidate(3)), NOW)
    expect(used.outcome).toBe('completed')
    expect(await store.unlinkUser(PHONE, OTHER)).toBe(false)
    expect(await store.unlinkUser(PHONE, USER)).toBe(true)
    expect((await store.findEntity(PHONE))?.linkedUserId).toBeUndefined()
    expect(await store.listSessions(NOW), 'ended with its EUKey').toEqual([])
    expect(await complete(5)).toBe('other-owner')
  })

  test('a user that the settings of its subscriber name is linked by a handshake with the card', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    const byCard = sampleCompletion(1, sampleEuKey(1, { userIds: [OTHER, USER] }))
    await store.completeHandshake(byCard, NOW)
    expect(await store.findEntity(PHONE)).toMatchObject({ owner: ALICE, linkedUserId: USER })
    const assignment = sampleAssignment(2, candidate(2))
    expect(await store.completeAssignment(assignment, NOW)).toEqual({ outcome: 'completed' })
  })

  test('an entity of a CPNS User takes no other', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    const owner = { kind: 'user', id: OTHER } as const
    await store.bindEntity({ entityId: PHONE, owner, boundAtMs: NOW })
    expect(await store.linkUser(PHONE, USER)).toBe('user-owned')
  })
}

function candidateContract(open: () => Promise<ServerStore>): void {
  test('the first HASH makes it current, binds the entity and ends the former sessions', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    await store.completeAssignment(sampleAssignment(1, candidate(1)), NOW)
    await store.completeHandshake(sampleCompletion(2, candidate(1)), NOW)
    await store.completeAssignment(sampleAssignment(3, candidate(3)), NOW)
    expect(await store.listSessions(NOW)).toHaveLength(1)
    const outcome = await store.completeHandshake(sampleCompletion(4, candidate(3)), NOW)
    expect(outcome).toMatchObject({ outcome: 'completed', endedSessionIds: [expect.any(String)] })
    expect((await store.findCurrentEuKey(PHONE, NOW))?.id).toBe('key-3')
    expect(await store.findEntity(PHONE)).toMatchObject({ owner: { kind: 'user', id: USER } })
    expect(await store.findCandidateEuKeys(PHONE, NOW)).toEqual([])
  })

  test('one that was taken back, or that nobody ever made, is not taken', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    const complete = async (n: number, euKey: EuKey) =>
      (await store.completeHandshake(sampleCompletion(n, euKey), NOW)).outcome
    expect(await complete(1, candidate(1))).toBe('eukey-changed')
    await store.completeAssignment(sampleAssignment(2, candidate(2)), NOW)
    await store.completeAssignment(sampleAssignment(3, candidate(3)), NOW)
    expect(await complete(4, candidate(2))).toBe('eukey-changed')
    expect(await store.removeEuKeys(PHONE)).toBe(true)
    expect(await complete(5, candidate(3))).toBe('eukey-changed')
    expect(await store.listEuKeys()).toEqual([])
  })

  test('those of several users wait side by side, the newest first, until they expire', async () => {
    const store = await open()
    for (let n = 1; n <= 6; n++) {
      const userId = parseUserId(`user ${n}`)
      await store.addUser(sampleUser({ userId }))
      const owner = { kind: 'user', id: userId } as const
      const euKey = candidate(n, { owner, createdAtMs: NOW + n })
      await store.completeAssignment(sampleAssignment(n, euKey), NOW)
    }
    const idsAt = async (nowMs: number) =>
      (await store.findCandidateEuKeys(PHONE, nowMs)).map(({ id }) => id)
    expect(await idsAt(NOW)).toEqual(['key-6', 'key-5', 'key-4', 'key-3'])
    expect(await idsAt(KEY_EXPIRES)).toEqual([])
    expect(await store.removeExpired(KEY_EXPIRES)).toBe(12)
    expect(await store.findCandidateEuKeys(WATCH, NOW)).toEqual([])
  })

  test('does not wait for another owner', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    const owner = { kind: 'user', id: USER } as const
    await store.bindEntity({ entityId: PHONE, owner, boundAtMs: NOW })
    await store.completeAssignment(sampleAssignment(1, candidate(1)), NOW)
    await store.rebindEntity({ entityId: PHONE, owner: ALICE, boundAtMs: NOW })
    expect(await store.findCandidateEuKeys(PHONE, NOW)).toEqual([])
  })

  test('goes with its entity', async () => {
    const store = await open()
    await store.addUser(sampleUser())
    await store.bindEntity({ entityId: PHONE, owner: { kind: 'user', id: USER }, boundAtMs: NOW })
    await store.completeAssignment(sampleAssignment(1, candidate(1)), NOW)
    await store.removeEntity(PHONE)
    expect(await store.findCandidateEuKeys(PHONE, NOW)).toEqual([])
  })
}
