/**
 * Messages of one handshake used in another, or sent back to where they came from; an identity that comes
 * late. The server takes identity, key and algorithm from State only. M-2, M-4
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AuthenticateResponse, decodeMessage, encodeMessage } from '../../src/cpns/messages.ts'
import { encodePing } from '../../src/cpns/record-content.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaCredentials,
  gbaUAnswer,
  keyOf,
  OTHER_GATEWAY_ID,
  OTHER_IMPI,
} from '../support/cpns-world.ts'
import {
  answerChallenge,
  attachByHand,
  begin,
  connect,
  connected,
  nextError,
  nextFrame,
  post,
  sendRecord,
  statusOf,
} from '../support/hand-client.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  world.zn.know(btidOf(5), gbaUAnswer(5, world.clock, OTHER_IMPI))
})

afterEach(async () => {
  await world.close()
})

/** Another PN GW with an EUKey of its own: whoever attacks may be a good subscriber otherwise. */
const OTHER = { entityId: OTHER_GATEWAY_ID, ...gbaCredentials(5) }

const sessions = () => world.store.listSessions(world.clock.nowMs())

const proofOf = async (change: Parameters<typeof begin>[1] = {}): Promise<AuthenticateResponse> => {
  const { send } = await answerChallenge(await begin(world, change))
  return decodeMessage(send as Uint8Array) as AuthenticateResponse
}

const postProof = async (message: AuthenticateResponse): Promise<number | undefined> =>
  statusOf(await post(world, encodeMessage(message)))

describe('halves of two handshakes', () => {
  test('of one PN GW: the HASH of one with the State of the other is 401', async () => {
    const [one, two] = [await proofOf(), await proofOf()]
    const { state } = two.authResData
    const mixed = { ...one, authResData: { ...one.authResData, state } }
    expect(await postProof(mixed)).toBe(401)
    expect(await sessions()).toEqual([])
    expect([await postProof(one), await postProof(two)]).toEqual([200, 200])
  })

  test('of two PN GWs: the State of one under the name of the other is 400', async () => {
    const [victim, attacker] = [await proofOf(), await proofOf({ ...OTHER, transactionId: 't-5' })]
    const { state } = victim.authResData
    const { hash } = attacker.authResData
    expect(await postProof({ ...attacker, authResData: { hash, state } })).toBe(400)
    expect(await postProof({ ...victim, authResData: { hash, state } })).toBe(401)
    expect(await sessions()).toEqual([])
  })

  test('a challenge for another exchange is not answered', async () => {
    const [one, two] = [await begin(world), await begin(world, { transactionId: 't-2' })]
    await expect(answerChallenge({ ...one, answer: two.answer })).rejects.toMatchObject({
      code: 'invalid-message',
    })
  })

  test('a challenge for another exchange of the same TransactionID is answered in vain', async () => {
    const randomClient = new Uint8Array(16).fill(8)
    const [one, two] = [await begin(world), await begin(world, { randomClient })]
    const { send } = await answerChallenge({ ...one, answer: two.answer })
    expect(statusOf(await post(world, send as Uint8Array))).toBe(401)
    expect(await sessions()).toEqual([])
  })

  test('the confirmation of another exchange is not believed', async () => {
    const former = await connect(world)
    const ask = async (octets: Uint8Array): Promise<Uint8Array> => {
      const answer = await post(world, octets)
      return decodeMessage(answer).name === 'ConnectResponse' ? former.lastAnswer : answer
    }
    const randomClient = new Uint8Array(16).fill(8)
    const { outcome } = await connect(world, { randomClient }, ask)
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'server-hash-wrong' })
  })

  test('a challenge and a confirmation recorded before are not believed', async () => {
    const recorded: Uint8Array[] = []
    await connect(world, {}, async (octets) => {
      const answer = await post(world, octets)
      recorded.push(answer)
      return answer
    })
    let turn = 0
    const ask = async (): Promise<Uint8Array> => recorded[turn++] as Uint8Array
    const randomClient = new Uint8Array(16).fill(8)
    const { outcome } = await connect(world, { randomClient }, ask)
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'server-hash-wrong' })
  })
})

describe('an identity that comes late', () => {
  test('a good proof under the name of another entity is 400', async () => {
    const proof = await proofOf(OTHER)
    expect(await postProof({ ...proof, entityId: GATEWAY_ID })).toBe(400)
    expect(await sessions()).toEqual([])
    expect(await world.store.findEntity(GATEWAY_ID)).toBeUndefined()
  })

  test('a handshake that names another entity first, with an own EUKey, is 403', async () => {
    await connected(world)
    const { lastAnswer } = await connect(world, { ...OTHER, entityId: GATEWAY_ID })
    expect(statusOf(lastAnswer)).toBe(403)
    expect((await sessions()).map(({ entityId }) => entityId)).toEqual([GATEWAY_ID])
  })
})

describe('a key that is wrong on one side', () => {
  test.each([
    ['the client', { euKey: keyOf(99) }, 1],
    ['the server', {}, 99],
  ])('%s: 401, no session, nothing bound', async (_, change, octet) => {
    world.zn.know(btidOf(1), gbaUAnswer(octet, world.clock))
    expect(statusOf((await connect(world, change)).lastAnswer)).toBe(401)
    expect(await sessions()).toEqual([])
    expect(await world.store.listEntities()).toEqual([])
  })
})

describe('reflection', () => {
  let socket: FrameSocket
  beforeEach(() => {
    socket = world.connect()
  })

  test("the server's own messages are Error 400 at the server", async () => {
    const { answer } = await begin(world)
    const { lastAnswer } = await connect(world, { transactionId: 't-2' })
    for (const octets of [answer, lastAnswer]) {
      expect(decodeMessage(await post(world, octets))).toMatchObject({ name: 'Error', status: 400 })
    }
  })

  test("a client's own ConnectRequest is no answer to it", async () => {
    const ask = async (octets: Uint8Array): Promise<Uint8Array> => octets
    await expect(connect(world, {}, ask)).rejects.toMatchObject({ code: 'unexpected-message' })
  })

  test("the server's own record closes the attachment", async () => {
    const channel = await attachByHand(socket, await connected(world))
    await sendRecord(socket, channel.seal('ping', encodePing('request')))
    await sendRecord(socket, await nextFrame(socket, 'binary'))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
    expect(world.server.attachedCount).toBe(0)
  })

  test("a client's own record is refused by it", async () => {
    const channel = await attachByHand(socket, await connected(world))
    const own = channel.seal('ping', encodePing('request'))
    expect(channel.open(own)).toMatchObject({ outcome: 'refused' })
  })
})
