import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  settle,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import {
  askToAttach,
  attachByHand,
  connected,
  nextError,
  nextFrame,
  prepareAttachment,
  sendRecord,
  statusOf,
} from '../../test/support/hand-client.ts'
import type { ClientConnected } from '../cpns/client-handshake.ts'
import { encodePing } from '../cpns/record-content.ts'
import { StoreFailed } from '../errors/errors.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'

let world: CpnsWorld
let socket: FrameSocket
let session: ClientConnected

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  socket = world.connect()
  session = await connected(world)
})

afterEach(async () => {
  await world.close()
})

const PING = encodePing('request')

describe('an attach request', () => {
  test('is answered, and attaches nothing yet', async () => {
    await prepareAttachment(socket, session)
    expect(world.server.attachedCount).toBe(0)
  })

  test('to a session that is not there is 401', async () => {
    expect(statusOf(await askToAttach(socket, 'f'.repeat(32)))).toBe(401)
  })

  test('to a session that has expired is 401', async () => {
    await world.clock.advance(3600_000)
    const late = world.connect()
    expect(statusOf(await askToAttach(late, session.sessionId))).toBe(401)
  })

  test('waits 30 seconds for its first record', async () => {
    const holding = await connected(world, { transactionId: 't-2' })
    await attachByHand(socket, holding)
    const other = await connected(world, { transactionId: 't-3' })
    const channel = await prepareAttachment(socket, other, 8)
    await world.clock.advance(30_000)
    await sendRecord(socket, channel.seal('ping', PING))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
  })

  test('a second one for the same session replaces the first', async () => {
    const first = await prepareAttachment(socket, session, 1)
    const second = await prepareAttachment(socket, session, 2)
    await sendRecord(socket, second.seal('ping', PING))
    expect(second.open(await nextFrame(socket, 'binary')).outcome).toBe('record')
    await sendRecord(socket, first.seal('ping', PING))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
  })

  test('of five sessions at once, the oldest gives way', async () => {
    const sessions: ClientConnected[] = []
    for (let n = 0; n < 5; n++) sessions.push(await connected(world, { transactionId: `x${n}` }))
    const channels = []
    for (const one of sessions) channels.push(await prepareAttachment(socket, one))
    await sendRecord(socket, channels[0]!.seal('ping', PING))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
    await sendRecord(socket, channels[1]!.seal('ping', PING))
    expect(channels[1]!.open(await nextFrame(socket, 'binary')).outcome).toBe('record')
  })
})

describe('the end of the connection', () => {
  test('forgets what waited for its first record, and leaves no timer', async () => {
    await prepareAttachment(socket, session)
    const before = world.clock.pendingTimers()
    socket.close()
    await settle()
    // Of the request, and of the socket without attachment.
    expect(before - world.clock.pendingTimers()).toBe(2)
  })
})

describe('the first valid record', () => {
  test('attaches; the former attachment of that session is over', async () => {
    const former = await attachByHand(socket, session, 1)
    const next = world.connect()
    await attachByHand(next, session, 2)
    expect(world.server.attachedCount).toBe(1)
    await sendRecord(socket, former.seal('ping', PING))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
  })

  test('of one that ended meanwhile is 401, and opens nothing', async () => {
    const channel = await prepareAttachment(socket, session)
    await world.store.endSession(session.sessionId)
    await sendRecord(socket, channel.seal('ping', PING))
    expect(await nextError(socket)).toMatchObject({ status: 401 })
    expect(world.server.attachedCount).toBe(0)
  })

  test('of one that expired meanwhile is 401, and does not end the one after it', async () => {
    await world.clock.advance(3_590_000)
    const late = world.connect()
    const channel = await prepareAttachment(late, session, 7)
    await world.clock.advance(10_000)
    const next = await connected(world, { transactionId: 't-2' })
    await sendRecord(late, channel.seal('ping', PING))
    expect(await nextError(late)).toMatchObject({ status: 401 })
    expect(world.server.attachedCount).toBe(0)
    const sessions = await world.store.listSessions(world.clock.nowMs())
    expect(sessions.map(({ sessionId }) => sessionId)).toEqual([next.sessionId])
  })

  test('of one that was renewed meanwhile lasts no longer than that leaves it', async () => {
    const channel = await prepareAttachment(socket, session)
    await connected(world, { transactionId: 't-2' })
    await sendRecord(socket, channel.seal('ping', PING))
    expect(channel.open(await nextFrame(socket, 'binary')).outcome).toBe('record')
    await world.clock.advance(29_999)
    expect(world.server.attachedCount).toBe(1)
    await world.clock.advance(1)
    expect(world.server.attachedCount).toBe(0)
  })

  test('when it is wrong leaves the former attachment of this very connection', async () => {
    const former = await attachByHand(socket, session, 1)
    const wrong = await prepareAttachment(socket, session, 2)
    await sendRecord(socket, wrong.seal('ping', PING).fill(0, -4))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
    await sendRecord(socket, former.seal('ping', PING))
    expect(former.open(await nextFrame(socket, 'binary')).outcome).toBe('record')
  })

  test('records of the former attachment pass between request and first record', async () => {
    const former = await attachByHand(socket, session, 1)
    const next = await prepareAttachment(socket, session, 2)
    await sendRecord(socket, former.seal('ping', PING))
    expect(former.open(await nextFrame(socket, 'binary')).outcome).toBe('record')
    await sendRecord(socket, next.seal('ping', PING))
    expect(next.open(await nextFrame(socket, 'binary')).outcome).toBe('record')
  })
})

describe('a wrong record', () => {
  test.each([
    ['replayed', (good: Uint8Array) => [good, good]],
    ['cut', (good: Uint8Array) => [good.subarray(0, -1)]],
    ['altered', (good: Uint8Array) => [good.with(30, good[30]! ^ 1)]],
    ['longer', (good: Uint8Array) => [new Uint8Array([...good, 0])]],
  ])('%s closes the attachment, not the session', async (_, change) => {
    const channel = await attachByHand(socket, session, 1)
    for (const octets of change(channel.seal('close', Uint8Array.of(9)))) {
      await sendRecord(socket, octets)
    }
    expect(await nextError(socket)).toMatchObject({ status: 409 })
    expect(world.server.attachedCount).toBe(0)
    await attachByHand(socket, session, 2)
    expect(world.server.attachedCount).toBe(1)
  })

  test('one that is left out closes it too', async () => {
    const channel = await attachByHand(socket, session, 1)
    channel.seal('ping', PING)
    await sendRecord(socket, channel.seal('ping', PING))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
  })

  test('under no attachment is 409', async () => {
    const channel = await attachByHand(socket, session, 1)
    const other = world.connect()
    await sendRecord(other, channel.seal('ping', PING))
    expect(await nextError(other)).toMatchObject({ status: 409 })
  })
})

describe('a store that fails', () => {
  test('while it attaches: 409, nothing is attached, the connection goes on', async () => {
    const channel = await prepareAttachment(socket, session)
    const { takeAttachment } = world.store
    world.store.takeAttachment = async () => {
      throw new StoreFailed('disk full')
    }
    await sendRecord(socket, channel.seal('ping', PING))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
    expect(world.logged).toEqual(['frame-not-stored'])
    world.store.takeAttachment = takeAttachment
    await attachByHand(socket, session, 2)
  })

  test('under an attached PNE: it attaches again and repeats, in order', async () => {
    world.store.acceptMessages = failOnce(world.store.acceptMessages)
    const gateway = world.createGateway()
    await gateway.start()
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    await watch.pne.start()
    const got: string[] = []
    world.server.registerService('x', async ({ messageId }) => void got.push(messageId))
    const statuses = ['m1', 'm2', 'm3'].map((messageId) =>
      watch.pne.send({ to: 'urn:cpns:service:x', messageId, payload: PING }),
    )
    await world.elapse(5000)
    expect(await Promise.all(statuses)).toEqual([200, 200, 200])
    await settle()
    expect(got).toEqual(['m1', 'm2', 'm3'])
  })
})

function failOnce<A extends unknown[], R>(
  operation: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  let failures = 1
  return async (...args) => {
    if (failures-- > 0) throw new StoreFailed('disk full')
    return await operation(...args)
  }
}
