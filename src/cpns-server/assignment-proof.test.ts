/** AuthenticateResponses of assignments: EUKeys, refusals, repetitions, delays. CR 7.4.3, K-4, M-4, M-5 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  OTHER_GATEWAY_ID,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import {
  ALICE_ID,
  addUser,
  assign,
  assigned,
  PASSWORD,
  proofOf,
  TEST_COST,
} from '../../test/support/hand-assignment.ts'
import { answerChallenge, begin, connect, post, statusOf } from '../../test/support/hand-client.ts'
import { decodeMessage, type EuKeyAssignmentResponse } from '../cpns/messages.ts'
import type { Secret } from '../crypto/secret.ts'
import { parseUserId } from '../identity/user-id.ts'
import { fromUtf8, toHex, utf8 } from '../octets/octets.ts'

let world: CpnsWorld

beforeEach(async () => {
  world = createCpnsWorld({ passwords: { cost: TEST_COST } })
  await addUser(world)
})

afterEach(async () => {
  await world.close()
})

const now = () => world.clock.nowMs()
const candidates = (entityId = GATEWAY_ID) => world.store.findCandidateEuKeys(entityId, now())
/** The start of a client with an assigned EUKey: it names no B-TID. */
const startWith = (euKey: Secret) =>
  ({ euKey, keyType: 'assigned', btid: undefined }) as unknown as Parameters<typeof begin>[1]
const connectWith = (euKey: Secret, transactionId = 't-9') =>
  connect(world, { ...startWith(euKey), transactionId })

describe('the right password', () => {
  test('gets an EUKey for this entity and user, which waits for its first HASH', async () => {
    const { keyId, euKey, lifetimeSeconds } = await assigned(world)
    expect(lifetimeSeconds).toBe(30 * 86_400)
    const [candidate, ...others] = await candidates()
    expect(others).toEqual([])
    expect(candidate).toMatchObject({
      id: keyId,
      entityId: GATEWAY_ID,
      owner: { kind: 'user', id: ALICE_ID },
      expiresAtMs: now() + 30 * 86_400_000,
    })
    expect(candidate?.key.equals(euKey)).toBe(true)
    expect(await world.store.listEuKeys()).toEqual([])
    expect(await world.store.listEntities()).toEqual([])
  })

  test('gets another EUKey, id and IV each time', async () => {
    const made = await Promise.all([1, 2].map((n) => assign(world, { transactionId: `a-${n}` })))
    const seen = made.map(({ outcome, answer }) => {
      const { encryptedEuKey } = decodeMessage(answer) as EuKeyAssignmentResponse
      if (outcome?.kind !== 'assigned' || encryptedEuKey === undefined) throw new Error('none')
      return [toHex(outcome.euKey.reveal()), outcome.keyId, toHex(encryptedEuKey.iv)] as const
    })
    for (const at of [0, 1, 2] as const) expect(seen[0]?.[at]).not.toBe(seen[1]?.[at])
  })

  test('becomes the EUKey of the entity with the first handshake', async () => {
    const { keyId, euKey } = await assigned(world)
    const { outcome } = await connectWith(euKey)
    expect(outcome?.kind).toBe('connected')
    expect(await world.store.listEuKeys()).toMatchObject([{ id: keyId, state: 'current' }])
    expect(await world.store.findEntity(GATEWAY_ID)).toMatchObject({
      owner: { kind: 'user', id: ALICE_ID },
    })
    expect(await candidates()).toEqual([])
    expect(await world.store.listSessions(now())).toHaveLength(1)
  })

  test('works under the SHA-1 of cpns-1.0, where the server accepts it', async () => {
    const other = createCpnsWorld({ algorithms: ['SHA-1'], passwords: { cost: TEST_COST } })
    await addUser(other)
    await assigned(other, { algorithms: ['SHA-1'] })
    await other.close()
  })
})

describe('beside an EUKey in use', () => {
  test('the one in use stays until a HASH made with the new one verifies', async () => {
    const first = await assigned(world)
    await connectWith(first.euKey, 't-1')
    const second = await assigned(world, { transactionId: 'a-2' })
    expect((await connectWith(first.euKey, 't-2')).outcome?.kind).toBe('connected')
    expect(await world.store.listEuKeys()).toMatchObject([{ id: first.keyId, state: 'current' }])
    expect((await connectWith(second.euKey, 't-3')).outcome?.kind).toBe('connected')
    expect(await world.store.findCurrentEuKey(GATEWAY_ID, now())).toMatchObject({
      id: second.keyId,
    })
    expect(await world.store.listSessions(now())).toHaveLength(1)
    expect(statusOf((await connectWith(first.euKey, 't-4')).lastAnswer)).toBe(401)
  })

  test('a newer one takes the place of one that still waits', async () => {
    const first = await assigned(world)
    await assigned(world, { transactionId: 'a-2' })
    expect(await candidates()).toHaveLength(1)
    expect(statusOf((await connectWith(first.euKey)).lastAnswer)).toBe(401)
  })

  test('taken back during the handshake, it is 409', async () => {
    const { euKey } = await assigned(world)
    const begun = await begin(world, startWith(euKey))
    await world.store.removeEuKeys(GATEWAY_ID)
    const { send } = await answerChallenge(begun)
    expect(statusOf(await post(world, send as Uint8Array))).toBe(409)
    expect(await world.store.listEuKeys()).toEqual([])
  })
})

describe('a wrong password', () => {
  test('is 401 and leaves everything as it was; the right one may still come with that State', async () => {
    const good = await proofOf(world)
    const message = fromUtf8(good).replace(
      /HASH="./,
      (text) => `HASH="${text.endsWith('A') ? 'B' : 'A'}`,
    )
    expect(statusOf(await post(world, utf8(message)))).toBe(401)
    expect(await candidates()).toEqual([])
    expect(statusOf(await post(world, good))).toBe(200)
  })

  test('and an unknown UserID get the same answer, octet for octet', async () => {
    const wrong = await assign(world, { password: 'wrong' })
    const unknown = await assign(world, { userId: parseUserId('nobody') })
    expect(statusOf(wrong.answer)).toBe(401)
    expect(unknown.answer).toEqual(wrong.answer)
  })
})

describe('delays (M-5)', () => {
  const attempt = async (change: Parameters<typeof assign>[1], n: number) => {
    const { answer } = await assign(world, { ...change, transactionId: `a-${n}` })
    const { status, retryAfter } = decodeMessage(answer) as EuKeyAssignmentResponse
    return retryAfter === undefined ? `${status}` : `${status} after ${retryAfter} s`
  }
  const attempts = async (count: number, change: Parameters<typeof assign>[1]) => {
    const seen: string[] = []
    for (let n = 0; n < count; n++) seen.push(await attempt(change, n))
    return seen
  }

  test('come after three wrong passwords of a user, and hold for the right one too', async () => {
    const change = { password: 'wrong', entityId: WATCH_ID }
    expect(await attempts(5, change)).toEqual([
      '401',
      '401',
      '401',
      '429 after 1 s',
      '429 after 1 s',
    ])
    expect(await attempt({ entityId: OTHER_GATEWAY_ID }, 9)).toBe('429 after 1 s')
  })

  test('are the same for a UserID that is not there', async () => {
    const change = { userId: parseUserId('nobody'), entityId: WATCH_ID }
    expect(await attempts(4, change)).toEqual(['401', '401', '401', '429 after 1 s'])
  })

  test('double each time, up to a quarter of an hour, and stay over a restart', async () => {
    await attempts(3, { password: 'wrong' })
    const waits: number[] = []
    for (let n = 0; n < 12; n++) {
      world.restartServer()
      const seen = await attempt({ password: 'wrong' }, 100 + n)
      const seconds = Number(/after (\d+) s/.exec(seen)?.[1])
      waits.push(seconds)
      await world.clock.advance(seconds * 1000)
      expect(await attempt({ password: 'wrong' }, 200 + n)).toBe('401')
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
  })

  test('hold for one entity that tries many users', async () => {
    const seen: string[] = []
    for (let n = 0; n < 4; n++) seen.push(await attempt({ userId: parseUserId(`user ${n}`) }, n))
    expect(seen).toEqual(['401', '401', '401', '429 after 1 s'])
  })

  test('hold for one address that tries many users for many entities', async () => {
    const small = createCpnsWorld({
      passwords: { cost: TEST_COST, freeAttempts: { user: 3, entity: 3, address: 2 } },
    })
    const statuses: (number | undefined)[] = []
    for (const [n, entityId] of [GATEWAY_ID, OTHER_GATEWAY_ID, WATCH_ID].entries()) {
      const wish = { userId: parseUserId(`user ${n}`), entityId, transactionId: `a-${n}` }
      statuses.push(statusOf((await assign(small, wish)).answer))
    }
    expect(statuses).toEqual([401, 401, 429])
    await small.close()
  })

  test('of an address are not forgiven for a right password of its own in between', async () => {
    const small = createCpnsWorld({
      passwords: { cost: TEST_COST, freeAttempts: { user: 9, entity: 9, address: 2 } },
    })
    await addUser(small)
    const statuses: (number | undefined)[] = []
    const tries = [{ userId: parseUserId('victim') }, {}, { userId: parseUserId('victim') }, {}]
    for (const [n, wish] of tries.entries()) {
      statuses.push(statusOf((await assign(small, { ...wish, transactionId: `a-${n}` })).answer))
    }
    expect(statuses).toEqual([401, 200, 401, 429])
    await small.close()
  })

  test('count proofs that were begun before the first of them failed', async () => {
    const proofs = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        proofOf(world, { password: `wrong ${n}`, transactionId: `a-${n}` }),
      ),
    )
    const answers = await Promise.all(proofs.map((proof) => post(world, proof)))
    const statuses = answers.map((answer) => `${statusOf(answer)}`).sort()
    expect(statuses).toEqual([...['401', '401', '401'], ...['429', '429', '429', '429', '429']])
  })

  test('are none for a right password, whatever becomes of it: 403 is no guess', async () => {
    const owner = { kind: 'user', id: 'bob' } as const
    await world.store.bindEntity({ entityId: GATEWAY_ID, owner, boundAtMs: now() })
    expect(await attempts(5, {})).toEqual(['403', '403', '403', '403', '403'])
    expect(await attempts(3, { password: 'wrong' })).toEqual(['401', '401', '401'])
  })

  test('are none for an address that many users are at', async () => {
    const freeAttempts = { user: 3, entity: 3, address: 2 }
    const small = createCpnsWorld({ passwords: { cost: TEST_COST, freeAttempts } })
    await addUser(small)
    for (let n = 0; n < 4; n++) {
      expect(statusOf((await assign(small, { transactionId: `a-${n}` })).answer)).toBe(200)
    }
    await small.close()
  })

  test('are none for proofs that come twice at once', async () => {
    for (let n = 0; n < 4; n++) {
      const octets = await proofOf(world, { transactionId: `a-${n}` })
      const answers = await Promise.all([post(world, octets), post(world, octets)])
      expect(answers.map(statusOf)).toEqual([200, 200])
    }
  })

  test('end with the right password', async () => {
    await attempts(2, { password: 'wrong' })
    expect(await attempt({}, 7)).toBe('200')
    expect(await attempts(3, { password: 'wrong', entityId: WATCH_ID })).toEqual([
      '401',
      '401',
      '401',
    ])
  })
})

describe('repetitions (M-4)', () => {
  test('the same octets get the same answer and no second EUKey', async () => {
    const { response, answer } = await assign(world)
    const before = await candidates()
    expect(await post(world, response as Uint8Array)).toEqual(answer)
    expect((await candidates()).map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  })

  test('other octets with that State are 409, even by one space', async () => {
    const { response } = await assign(world)
    const altered = utf8(fromUtf8(response as Uint8Array).replace('/>', ' />'))
    const answer = decodeMessage(await post(world, altered))
    expect(answer).toMatchObject({ name: 'EUKeyAssignmentResponse', status: 409 })
  })

  test('two at once make one EUKey', async () => {
    const octets = await proofOf(world)
    const answers = await Promise.all([post(world, octets), post(world, octets)])
    expect(answers[0]).toEqual(answers[1])
    expect(await candidates()).toHaveLength(1)
  })

  test('State is too old after 30 seconds', async () => {
    const octets = await proofOf(world)
    await world.clock.advance(30_001)
    expect(statusOf(await post(world, octets))).toBe(408)
  })
})

describe('mixed exchanges', () => {
  test('an assignment has no use for the State of a connect exchange, nor the other way round', async () => {
    world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
    const stateIn = (octets: Uint8Array) => /State="([^"]+)"/.exec(fromUtf8(octets))?.[1] as string
    const begun = await begin(world, { transactionId: 'a-1' })
    const assignment = fromUtf8(await proofOf(world))
    const swapped = assignment.replace(stateIn(utf8(assignment)), stateIn(begun.answer))
    expect(statusOf(await post(world, utf8(swapped)))).toBe(401)
    expect(await world.store.listSessions(now())).toEqual([])

    const proof = fromUtf8((await answerChallenge(begun)).send as Uint8Array)
    const mixed = proof.replace(stateIn(utf8(proof)), stateIn(utf8(assignment)))
    expect(statusOf(await post(world, utf8(mixed)))).toBe(401)
    expect(await candidates()).toEqual([])
  })

  test('the proofs of two assignments are not interchangeable', async () => {
    const [first, second] = [await proofOf(world), await proofOf(world)].map((octets) =>
      fromUtf8(octets),
    )
    const hash = /HASH="[^"]+"/
    const swapped = first!.replace(hash, hash.exec(second!)?.[0] as string)
    expect(statusOf(await post(world, utf8(swapped)))).toBe(401)
  })

  test('another EntityID or TransactionID than in State is 400', async () => {
    const text = fromUtf8(await proofOf(world))
    for (const altered of [
      text.replace(GATEWAY_ID, OTHER_GATEWAY_ID),
      text.replace('"a-1"', '"a-2"'),
    ]) {
      expect(statusOf(await post(world, utf8(altered)))).toBe(400)
    }
  })
})

describe('whose the entity is (K-4)', () => {
  test('the entity of another owner is 403, but only for who knows a password', async () => {
    const owner = { kind: 'user', id: 'bob' } as const
    await world.store.bindEntity({ entityId: GATEWAY_ID, owner, boundAtMs: now() })
    expect(statusOf((await assign(world, { password: 'wrong' })).answer)).toBe(401)
    expect(statusOf((await assign(world)).answer)).toBe(403)
    expect(await candidates()).toEqual([])
  })

  test('an entity of an IMPI is 403, unless an administrator linked the user to it', async () => {
    world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
    await connect(world)
    expect(statusOf((await assign(world)).answer)).toBe(403)
    expect(await world.store.linkUser(GATEWAY_ID, ALICE_ID)).toBe('linked')
    const { euKey } = await assigned(world, { transactionId: 'a-2' })
    expect((await connectWith(euKey)).outcome?.kind).toBe('connected')
    expect(await world.store.findEntity(GATEWAY_ID)).toMatchObject({ owner: { kind: 'impi' } })
  })

  test('an entity without owner is 403 where first use does not bind', async () => {
    const strict = createCpnsWorld({ firstUse: 'refuse', passwords: { cost: TEST_COST } })
    await addUser(strict)
    expect(statusOf((await assign(strict)).answer)).toBe(403)
    const owner = { kind: 'user', id: ALICE_ID } as const
    await strict.store.bindEntity({ entityId: GATEWAY_ID, owner, boundAtMs: 1 })
    await assigned(strict)
    await strict.close()
  })
})

describe('a user who changes meanwhile', () => {
  test('gone or with another password, the proof is 401', async () => {
    const octets = await proofOf(world)
    await world.store.removeUser(ALICE_ID)
    expect(statusOf(await post(world, octets))).toBe(401)
    await addUser(world, ALICE_ID, `${PASSWORD}!`)
    expect(statusOf(await post(world, octets))).toBe(401)
    expect(await candidates()).toEqual([])
  })
})

test('no password, key or HASH reaches a log or a trace', async () => {
  await assign(world, { password: 'wrong' })
  const { euKey } = await assigned(world)
  const text = JSON.stringify([world.traced, world.logLines])
  expect(text).toContain('EUKeyAssignmentResponse')
  for (const secret of [PASSWORD, 'wrong', Buffer.from(euKey.reveal()).toString('base64')]) {
    expect(text).not.toContain(secret)
  }
})
