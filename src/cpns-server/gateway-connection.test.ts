import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  settle,
} from '../../test/support/cpns-world.ts'
import {
  asking,
  attachByHand,
  begin,
  connect,
  connected,
  nextError,
  START,
  sendRecord,
  statusOf,
} from '../../test/support/hand-client.ts'
import { encodeMessage } from '../cpns/messages.ts'
import { utf8 } from '../octets/octets.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'

let world: CpnsWorld
let socket: FrameSocket

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  socket = world.connect()
})

afterEach(async () => {
  await world.close()
})

const hasEnded = async (): Promise<boolean> => {
  await settle()
  return await socket.send({ kind: 'binary', octets: Uint8Array.of(0) }).then(
    () => false,
    () => true,
  )
}

describe('frames', () => {
  test('are handled in the order in which they came', async () => {
    const { connectRequest } = await begin(world)
    await socket.send({ kind: 'text', octets: connectRequest })
    await socket.send({ kind: 'text', octets: utf8('<a/>') })
    const frames = [await socket.receive(), await socket.receive()]
    expect(frames.map((frame) => statusOf(frame?.octets ?? utf8('')))).toEqual([undefined, 400])
  })

  test.each([
    ['a binary frame that is none', utf8('hello')],
    ['a handshake message in a binary frame', utf8('<a/>')],
    ['an empty frame', new Uint8Array(0)],
    ['an attach answer', Uint8Array.of(1, 0x80, ...new Uint8Array(32))],
  ])('%s is Error 400, and the connection goes on', async (_, octets) => {
    await sendRecord(socket, octets)
    expect((await nextError(socket)).status).toBe(400)
    expect((await connect(world, {}, asking(socket))).outcome?.kind).toBe('connected')
  })

  test('an Error is not answered, so that none can loop', async () => {
    const error = { name: 'Error', entityId: GATEWAY_ID, status: 400, detail: '?' } as const
    await socket.send({ kind: 'text', octets: encodeMessage(error) })
    await socket.send({ kind: 'text', octets: utf8('<next/>') })
    expect((await nextError(socket)).detail).toContain('next')
  })

  test('a handshake over the connection is one over POST', async () => {
    const { outcome } = await connect(world, START, asking(socket))
    if (outcome?.kind !== 'connected') throw new Error('no session')
    await attachByHand(socket, outcome)
    expect(world.server.attachedCount).toBe(1)
  })
})

describe('the end', () => {
  test('of the connection is that of what was attached through it', async () => {
    await attachByHand(socket, await connected(world))
    socket.close()
    await settle()
    expect(world.server.attachedCount).toBe(0)
    expect(await world.store.listSessions(world.clock.nowMs())).toHaveLength(1)
  })

  test('of a mistake of our own is the end of that connection alone', async () => {
    const other = world.connect()
    world.store.findSession = async () => {
      throw new TypeError('a mistake')
    }
    await sendRecord(socket, Uint8Array.of(1, 0, ...new Uint8Array(32)))
    expect(await hasEnded()).toBe(true)
    expect(world.logged).toEqual(['connection-failed'])
    expect((await connect(world, {}, asking(other))).outcome?.kind).toBe('connected')
  })
})

describe('a socket without attachment', () => {
  test('is closed after 30 seconds, whatever it says', async () => {
    await connect(world, {}, asking(socket))
    await world.elapse(29_000)
    expect(await hasEnded()).toBe(false)
    await world.elapse(1000)
    expect(await hasEnded()).toBe(true)
  })

  test('counts from the end of the last attachment', async () => {
    const session = await connected(world)
    await attachByHand(socket, session)
    await world.elapse(100_000)
    await world.server.endSession(session.sessionId)
    await world.elapse(29_000)
    expect(await hasEnded()).toBe(false)
    await world.elapse(1000)
    expect(await hasEnded()).toBe(true)
  })

  test('an attached one stays', async () => {
    await attachByHand(socket, await connected(world))
    await world.elapse(600_000)
    expect(world.server.attachedCount).toBe(1)
  })
})
