/** AuthenticateResponses over `POST /cpns`: sessions, refusals, replays, State. CR 7.5.2, K-4, M-4 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaCredentials,
  gbaUAnswer,
  keyOf,
  OTHER_IMPI,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import { answerChallenge, begin, connect, post, statusOf } from '../../test/support/hand-client.ts'
import { type AuthenticateResponse, decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

const sessions = () => world.store.listSessions(world.clock.nowMs())

/** The client's proof, not sent yet. */
async function proof(change: Parameters<typeof begin>[1] = {}): Promise<Uint8Array> {
  const { send } = await answerChallenge(await begin(world, change))
  return send as Uint8Array
}

describe('a good exchange', () => {
  test('ends with one session that both sides name alike, and one bound entity', async () => {
    const { outcome } = await connect(world)
    expect(outcome?.kind === 'connected' && outcome.sessionId).toBe(
      (await sessions())[0]?.sessionId,
    )
    expect(await world.store.findEntity(GATEWAY_ID)).toMatchObject({ owner: { kind: 'impi' } })
    expect(await world.store.listEuKeys()).toMatchObject([{ id: btidOf(1), state: 'current' }])
  })

  test('asks the BSF once for both halves', async () => {
    await connect(world)
    expect(world.zn.asked).toEqual([btidOf(1)])
  })

  test('does not need the BSF again while the EUKey is stored', async () => {
    await connect(world)
    await world.clock.advance(600_000)
    await connect(world, { transactionId: 't-2' })
    expect(world.zn.asked).toHaveLength(1)
  })

  test('gives a session that ends with its EUKey', async () => {
    const keyExpiresAtMs = world.clock.nowMs() + 90_500
    world.zn.know(btidOf(2), { ...gbaUAnswer(2, world.clock), keyExpiresAtMs })
    await connect(world, gbaCredentials(2))
    expect((await sessions())[0]?.expiresAtMs).toBe(world.clock.nowMs() + 90_000)
  })

  test('lets a former session under the same EUKey live for 30 seconds', async () => {
    await connect(world)
    await connect(world, { transactionId: 't-2' })
    const lives = (await sessions()).map(({ expiresAtMs }) => expiresAtMs - world.clock.nowMs())
    expect(lives.sort((a, b) => a - b)).toEqual([30_000, 3600_000])
  })

  test('works under the SHA-1 of cpns-1.0, where the server accepts it', async () => {
    const other = createCpnsWorld({ algorithms: ['SHA-1'] })
    other.zn.know(btidOf(1), gbaUAnswer(1, other.clock))
    const { outcome } = await connect(other, { algorithms: ['SHA-1'] })
    expect(outcome?.kind).toBe('connected')
    await other.close()
  })
})

describe('refusals that end nothing', () => {
  test('a wrong EUKey is 401 and leaves the session of the right one', async () => {
    await connect(world)
    const before = await sessions()
    const { lastAnswer } = await connect(world, { euKey: keyOf(99), transactionId: 't-2' })
    expect(statusOf(lastAnswer)).toBe(401)
    expect(await sessions()).toEqual(before)
  })

  test('a wrong EUKey leaves State as it was: the right one may still come', async () => {
    const good = await proof()
    const message = decodeMessage(good) as AuthenticateResponse
    const authResData = { ...message.authResData, hash: new Uint8Array(32) }
    expect(statusOf(await post(world, encodeMessage({ ...message, authResData })))).toBe(401)
    expect(statusOf(await post(world, good))).toBe(200)
  })

  test('the EntityID of another owner is 403', async () => {
    await connect(world)
    const before = await sessions()
    world.zn.know(btidOf(5), gbaUAnswer(5, world.clock, OTHER_IMPI))
    const { lastAnswer } = await connect(world, gbaCredentials(5))
    expect(statusOf(lastAnswer)).toBe(403)
    expect(await sessions()).toEqual(before)
  })

  test('an entity without owner is 403 where first use does not bind', async () => {
    const strict = createCpnsWorld({ firstUse: 'refuse' })
    strict.zn.know(btidOf(1), gbaUAnswer(1, strict.clock))
    expect(statusOf((await connect(strict)).lastAnswer)).toBe(403)
    expect(await strict.store.listEuKeys()).toEqual([])
    await strict.close()
  })
})

describe('replay (M-4)', () => {
  test('the same octets get the same answer and no second session', async () => {
    const { authenticateResponse, lastAnswer } = await connect(world)
    expect(await post(world, authenticateResponse!)).toEqual(lastAnswer)
    expect(await sessions()).toHaveLength(1)
  })

  test('other octets with that State are 409, even by one space', async () => {
    const { authenticateResponse } = await connect(world)
    const altered = utf8(fromUtf8(authenticateResponse!).replace('/>', ' />'))
    expect(altered).not.toEqual(authenticateResponse)
    expect(statusOf(await post(world, altered))).toBe(409)
    expect(await sessions()).toHaveLength(1)
  })

  test('in cpns-1.0 they are 409 too, and 400 if nothing was answered to that State', async () => {
    const other = createCpnsWorld({ algorithms: ['SHA-1'] })
    other.zn.know(btidOf(1), gbaUAnswer(1, other.clock))
    const begun = await begin(other, { algorithms: ['SHA-1'] })
    const octets = (await answerChallenge(begun)).send as Uint8Array
    const commented = utf8(`<!-- free -->${fromUtf8(octets)}`)
    expect(decodeMessage(await post(other, commented))).toMatchObject({
      name: 'ConnectResponse',
      status: 400,
    })
    expect(statusOf(await post(other, octets))).toBe(200)
    expect(statusOf(await post(other, commented))).toBe(409)
    await other.close()
  })

  test('the same answer stays for State life and a minute, then State is too old', async () => {
    const { authenticateResponse, lastAnswer } = await connect(world)
    await world.clock.advance(89_000)
    expect(await post(world, authenticateResponse!)).toEqual(lastAnswer)
    await world.clock.advance(60_000)
    await world.store.removeExpired(world.clock.nowMs())
    expect(statusOf(await post(world, authenticateResponse!))).toBe(408)
  })

  test('two at once make one session', async () => {
    const octets = await proof()
    const answers = await Promise.all([post(world, octets), post(world, octets)])
    expect(answers[0]).toEqual(answers[1])
    expect(await sessions()).toHaveLength(1)
  })
})

describe('State (M-4)', () => {
  const proveAfter = async (delayMs: number, jumpMs = 0): Promise<number | undefined> => {
    const octets = await proof()
    await world.clock.advance(delayMs)
    world.clock.jumpWall(jumpMs)
    return statusOf(await post(world, octets))
  }

  test.each([
    ['lives 30 seconds', 29_999, 0, 200],
    ['is refused later', 30_001, 0, 408],
    ['is not revived by a clock that goes back', 60_000, -60_000, 408],
    ['nor by one that goes back a little', 31_000, -2000, 408],
    ['does not get older by that', 1000, -3_600_000, 200],
    ['is too old when the clock has jumped ahead', 1000, 3_600_000, 408],
  ])('%s', async (_, delayMs, jumpMs, status) => {
    expect(await proveAfter(delayMs, jumpMs)).toBe(status)
  })

  test.each([
    ['by 5 s', -5000, 200],
    ['by more', -5001, 408],
  ])('of a node whose clock is ahead %s', async (_, jumpMs, status) => {
    const octets = await proof()
    world.clock.jumpWall(jumpMs)
    world.restartServer()
    expect(statusOf(await post(world, octets))).toBe(status)
  })

  test('of another exchange, or made up, is 400', async () => {
    const message = decodeMessage(await proof()) as AuthenticateResponse
    const changed = async (change: Partial<AuthenticateResponse>) =>
      statusOf(await post(world, encodeMessage({ ...message, ...change })))
    expect(await changed({ transactionId: 't-9' })).toBe(400)
    expect(await changed({ entityId: WATCH_ID })).toBe(400)
    const forged = { ...message.authResData, state: new Uint8Array(120).fill(7) }
    expect(await changed({ authResData: forged })).toBe(400)
    expect(await sessions()).toEqual([])
  })

  test('is 400 by whichever octet it was altered', async () => {
    const message = decodeMessage(await proof()) as AuthenticateResponse
    for (let at = 0; at < message.authResData.state.length; at += 7) {
      const state = message.authResData.state.with(at, message.authResData.state[at]! ^ 1)
      const authResData = { ...message.authResData, state }
      expect(statusOf(await post(world, encodeMessage({ ...message, authResData })))).toBe(400)
    }
  })

  test('under an EUKey that was replaced meanwhile is 409', async () => {
    const octets = await proof()
    await connect(world, { transactionId: 't-2' })
    world.zn.know(btidOf(6), gbaUAnswer(6, world.clock))
    await connect(world, { transactionId: 't-3', ...gbaCredentials(6) })
    expect(statusOf(await post(world, octets))).toBe(409)
  })

  test.each([
    ['cannot be asked', 503, 1],
    ['may not be asked more often for this address', 429, 60],
  ])('under an EUKey of a BSF that %s any more is %i, not 409', async (_, status, retryAfter) => {
    const octets = await proof()
    world.restartServer()
    if (status === 503) world.zn.know(btidOf(1), { outcome: 'unavailable' })
    else for (let n = 20; n < 30; n++) await begin(world, { btid: btidOf(n) })
    expect(decodeMessage(await post(world, octets))).toMatchObject({
      name: 'ConnectResponse',
      status,
      retryAfter,
    })
  })

  test('outlives a restart of the server, since each node can finish the exchange', async () => {
    const octets = await proof()
    world.restartServer()
    expect(statusOf(await post(world, octets))).toBe(200)
  })
})
