/** The server as a whole: what it does besides answering. Design 8, 9 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  settle,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import { attachByHand, connected } from '../../test/support/hand-client.ts'
import { utf8 } from '../octets/octets.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

test('what has expired is removed, once a minute', async () => {
  await connected(world)
  await world.clock.advance(3600_000)
  await settle()
  expect(await world.store.listSessions(0)).toEqual([])
})

describe('stop', () => {
  test('ends sockets, attachments, deliveries and timers', async () => {
    const socket = world.connect()
    await attachByHand(socket, await connected(world))
    world.server.registerService('x', async () => {})
    await settle()
    world.server.stop()
    await settle()
    expect(world.server.attachedCount).toBe(0)
    expect(await socket.receive()).toBeUndefined()
    expect(world.clock.pendingTimers()).toBe(0)
  })

  test('and no socket is served after it', async () => {
    world.server.stop()
    expect(await world.connect().receive()).toBeUndefined()
  })
})

describe('services', () => {
  const submission = {
    messageId: 'm',
    from: 'urn:cpns:service:a',
    to: 'urn:cpns:service:b',
    contentType: 'text/plain',
    payload: utf8('x'),
    expires: 60,
  }

  test('get messages of each other', async () => {
    const got: string[] = []
    world.server.registerService(
      'b',
      async ({ messageId, from }) => void got.push(`${messageId} ${from}`),
    )
    expect(await world.server.submit(submission)).toBe(202)
    await settle()
    expect(got).toEqual(['m urn:cpns:service:a'])
  })

  test('that were taken back are unknown', async () => {
    world.server.registerService('b', async () => {})()
    expect(await world.server.submit(submission)).toBe(404)
  })

  test('need a name that can be one', () => {
    expect(() => world.server.registerService('No Name', async () => {})).toThrow(RangeError)
  })
})

test('ending a session that is not there says so', async () => {
  expect(await world.server.endSession('f'.repeat(32))).toBe(false)
  expect(await world.store.findEntity(WATCH_ID)).toBeUndefined()
})

test('the server does not believe a wall clock that goes back', async () => {
  const socket = world.connect()
  const session = await connected(world)
  await attachByHand(socket, session)
  await world.clock.advance(3600_000)
  world.clock.jumpWall(-3600_000)
  await settle()
  expect(world.server.attachedCount).toBe(0)
  await expect(attachByHand(world.connect(), session)).rejects.toThrow()
})
