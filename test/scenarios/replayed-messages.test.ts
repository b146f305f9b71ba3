/**
 * Every message of a handshake and of an assignment, recorded and sent again later, as it was and with one
 * octet of white space changed: to the server by somebody without the EUKey, to a client that asks anew by
 * somebody in the server's place. No session and no EUKey comes of it, and none is lost. M-1, M-2, M-4, M-5
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RecordChannel } from '../../src/cpns/record.ts'
import { encodePing } from '../../src/cpns/record-content.ts'
import { fromUtf8, utf8 } from '../../src/octets/octets.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
} from '../support/cpns-world.ts'
import { addUser, assign, TEST_COST } from '../support/hand-assignment.ts'
import {
  type Ask,
  attachByHand,
  connect,
  nextFrame,
  post,
  respaced,
  sendRecord,
  statusOf,
} from '../support/hand-client.ts'

/** The messages of one exchange, in their order. */
type Recording = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

let world: CpnsWorld
beforeEach(async () => {
  world = createCpnsWorld({ passwords: { cost: TEST_COST } })
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  await addUser(world)
})
afterEach(() => world.close())

/** Runs an exchange and keeps all that was sent. */
async function record(run: (ask: Ask) => Promise<unknown>): Promise<Recording> {
  const sent: Uint8Array[] = []
  await run(async (octets) => {
    const answer = await post(world, octets)
    sent.push(octets, answer)
    return answer
  })
  expect(sent).toHaveLength(4)
  return sent as unknown as Recording
}

/** The server's place is taken: the message at this position comes from the recording. */
function replaying(recording: Recording, position: 1 | 3, change: Change): Ask {
  let at = -1
  return async (octets) => {
    const answer = await post(world, octets)
    at += 2
    return at === position ? change(recording[position]) : answer
  }
}

/** A recorded proof that names the State of another challenge. */
function withStateOf(challenge: Uint8Array, proof: Uint8Array): Uint8Array {
  const state = /State="[^"]+"/
  return utf8(fromUtf8(proof).replace(state, state.exec(fromUtf8(challenge))?.[0] ?? ''))
}

type Change = (octets: Uint8Array) => Uint8Array

const CHANGES: readonly (readonly [string, Change, unchanged: boolean])[] = [
  ['as it was', (octets) => octets, true],
  ['with one octet of white space changed', respaced, false],
]
/** Another RAND under the same TransactionID: as like the first exchange as an honest one can be. */
const ANEW = { randomClient: new Uint8Array(16).fill(0x77) }
const NO_OUTCOME = expect.objectContaining({ kind: 'failed' })

describe.each(CHANGES)('of a handshake, %s', (_, change, unchanged) => {
  let recording: Recording
  let socket: FrameSocket
  let channel: RecordChannel
  beforeEach(async () => {
    recording = await record(async (ask) => {
      const { outcome } = await connect(world, {}, ask)
      if (outcome?.kind !== 'connected') throw new Error('no session')
      socket = world.connect()
      channel = await attachByHand(socket, outcome)
    })
  })
  /** The session that was recorded is the only one, and still in use. */
  afterEach(async () => {
    expect(await world.store.listSessions(world.clock.nowMs())).toHaveLength(1)
    await sendRecord(socket, channel.seal('ping', encodePing('request')))
    expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'ping' })
  })

  test('ConnectRequest: a challenge that the recorded proof does not answer', async () => {
    const [request, , proof] = recording
    const challenge = await post(world, change(request))
    expect(challenge).not.toEqual(recording[1])
    expect(statusOf(await post(world, withStateOf(challenge, proof)))).toBe(401)
  })

  test('AuthenticateRequest: the client proves itself to a State that is used up', async () => {
    const { lastAnswer, outcome } = await connect(world, ANEW, replaying(recording, 1, change))
    expect(statusOf(lastAnswer)).toBe(409)
    expect(outcome).toEqual(NO_OUTCOME)
  })

  test('AuthenticateResponse: the same answer to the same octets, 409 to others', async () => {
    const answer = await post(world, change(recording[2]))
    if (unchanged) expect(answer).toEqual(recording[3])
    else expect(statusOf(answer)).toBe(409)
  })

  test('AuthenticateResponse, when its State is too old: 408', async () => {
    // Longer than the answer is kept: State life, a minute more, and a sweep.
    await world.elapse(150_000)
    expect(statusOf(await post(world, change(recording[2])))).toBe(408)
  })

  test('ConnectResponse: its HASH is of another exchange', async () => {
    const begun = await connect(world, ANEW, async (octets) => {
      const isProof = fromUtf8(octets).startsWith('<AuthenticateResponse')
      // The proof does not reach the server, which would make the session.
      return isProof ? change(recording[3]) : await post(world, octets)
    })
    expect(begun.outcome).toMatchObject({ kind: 'failed', reason: 'server-hash-wrong' })
  })
})

describe.each(CHANGES)('of an assignment, %s', (_, change, unchanged) => {
  let recording: Recording
  let keyId: string | undefined
  const candidates = async () =>
    (await world.store.findCandidateEuKeys(GATEWAY_ID, world.clock.nowMs())).map(({ id }) => id)
  beforeEach(async () => {
    recording = await record((ask) => assign(world, {}, ask))
    keyId = (await candidates())[0]
    expect(keyId).toBeDefined()
  })
  afterEach(async () => {
    expect(await candidates(), 'the EUKey that waits is the recorded one').toEqual([keyId])
  })

  test('EUKeyAssignmentRequest: a challenge that the recorded proof does not answer', async () => {
    const [request, , proof] = recording
    const challenge = await post(world, change(request))
    expect(statusOf(await post(world, withStateOf(challenge, proof)))).toBe(401)
  })

  test('AuthenticateRequest: the client proves itself to a State that is used up', async () => {
    const { answer, outcome } = await assign(world, ANEW, replaying(recording, 1, change))
    expect(statusOf(answer)).toBe(409)
    expect(outcome).toEqual(NO_OUTCOME)
  })

  test('AuthenticateResponse: the same answer to the same octets, 409 to others', async () => {
    const answer = await post(world, change(recording[2]))
    if (unchanged) expect(answer).toEqual(recording[3])
    else expect(statusOf(answer)).toBe(409)
  })

  test('EUKeyAssignmentResponse: its HASH is of another exchange', async () => {
    const begun = await assign(world, ANEW, async (octets) => {
      const isProof = fromUtf8(octets).startsWith('<AuthenticateResponse')
      return isProof ? change(recording[3]) : await post(world, octets)
    })
    expect(begun.outcome).toMatchObject({ kind: 'failed', reason: 'server-hash-wrong' })
  })
})
