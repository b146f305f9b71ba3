/** What becomes of sessions when they are renewed, and when the EUKey is replaced. K-4, Design 8 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeCloseContent, encodePing } from '../../src/cpns/record-content.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaCredentials,
  gbaUAnswer,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import {
  attachByHand,
  connected,
  nextError,
  nextFrame,
  prepareAttachment,
  sendRecord,
} from '../support/hand-client.ts'
import { collect, numbered, sendDown, sendUp, textsOf } from './traffic.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  world.zn.know(btidOf(2), gbaUAnswer(2, world.clock))
})

afterEach(async () => {
  await world.close()
})

const sessionIdsOf = async (entityId: string) => {
  const sessions = await world.store.listSessions(world.clock.nowMs())
  return sessions.filter((one) => one.entityId === entityId).map(({ sessionId }) => sessionId)
}

describe('a renewal under the same EUKey', () => {
  let socket: FrameSocket
  beforeEach(() => {
    socket = world.connect()
  })

  test('keeps the former session until the first record of the new one', async () => {
    const former = await connected(world)
    const formerChannel = await attachByHand(socket, former)
    const renewed = await connected(world, { transactionId: 't-2' })
    const channel = await prepareAttachment(socket, renewed, 8)
    expect(await sessionIdsOf(GATEWAY_ID)).toHaveLength(2)

    await sendRecord(socket, formerChannel.seal('ping', encodePing('request')))
    expect(formerChannel.open(await nextFrame(socket, 'binary')).outcome).toBe('record')

    await sendRecord(socket, channel.seal('ping', encodePing('request')))
    expect(channel.open(await nextFrame(socket, 'binary')).outcome).toBe('record')
    expect(await sessionIdsOf(GATEWAY_ID)).toEqual([renewed.sessionId])

    await sendRecord(socket, formerChannel.seal('ping', encodePing('request')))
    expect(await nextError(socket)).toMatchObject({ status: 409 })
  })

  test('ends the former session after 30 seconds, attached or not', async () => {
    const former = await connected(world)
    const channel = await attachByHand(socket, former)
    await connected(world, { transactionId: 't-2' })
    await world.clock.advance(29_999)
    await sendRecord(socket, channel.seal('ping', encodePing('request')))
    expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'ping' })
    await world.clock.advance(1)
    const closed = channel.open(await nextFrame(socket, 'binary'))
    expect(closed).toMatchObject({ outcome: 'record', type: 'close' })
    expect(closed.outcome === 'record' && decodeCloseContent(closed.content)).toBe(410)
  })

  test('by the PN GW itself goes unnoticed by its PNEs', async () => {
    world.lifetimes.pnGw = 120
    const gateway = world.createGateway({ options: { renewAheadMs: 30_000 } })
    await gateway.start()
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    await watch.pne.start()
    const collected = collect(world)
    const former = gateway.session?.sessionId
    await world.elapse(91_000)
    expect(gateway.session?.sessionId).not.toBe(former)
    expect(await sendUp(watch.pne, 'up ', 3)).toEqual([200, 200, 200])
    await settle()
    expect(collected).toEqual(numbered('up ', 3))
    const refused = world.traced.filter(
      (item) => item.kind === 'message' && item.message === 'Error',
    )
    expect(refused).toEqual([])
  })
})

describe('a replaced EUKey', () => {
  test('ends the sessions of the former one at once: the peer is told 410', async () => {
    const socket = world.connect()
    const channel = await attachByHand(socket, await connected(world))
    const next = await connected(world, { transactionId: 't-2', ...gbaCredentials(2) })
    const closed = channel.open(await nextFrame(socket, 'binary'))
    expect(closed).toMatchObject({ outcome: 'record', type: 'close' })
    expect(await sessionIdsOf(GATEWAY_ID)).toEqual([next.sessionId])
    expect(world.server.attachedCount).toBe(0)
  })

  test('of a PNE reaches it and its PN GW, and it comes back by itself', async () => {
    const gateway = world.createGateway()
    await gateway.start()
    const car = await world.createPne(CAR_ID, 11, gateway, {
      ports: {
        credentials: {
          obtain: async () => ({
            keyType: 'assigned',
            euKey: (await world.store.findCurrentEuKey(CAR_ID, world.clock.nowMs()))!.key,
          }),
        },
      },
    })
    await car.pne.start()
    const former = car.pne.session?.sessionId as string
    const current = (await world.store.findCurrentEuKey(CAR_ID, world.clock.nowMs()))!
    await world.store.assignEuKey({ ...current, id: 'eukey-12' })
    await world.elapse(61_000)
    expect(car.pne.session?.sessionId).not.toBe(former)
    expect(
      world.traced.flatMap((item) =>
        item.kind === 'message' && item.message === 'PneStatus' ? [item.fields] : [],
      ),
    ).toMatchObject([{ State: 'admitted' }, { State: 'ended' }, { State: 'admitted' }])
    await sendDown(world, CAR_ID, 'down ')
    await settle()
    expect(textsOf(car.received)).toEqual(['down 1'])
  })

  test('a wrong HASH under a good candidate replaces nothing', async () => {
    const socket = world.connect()
    const channel = await attachByHand(socket, await connected(world))
    const wrong = { ...gbaCredentials(2), euKey: gbaCredentials(77).euKey, transactionId: 't-2' }
    await expect(connected(world, wrong)).rejects.toThrow('no session')
    await sendRecord(socket, channel.seal('ping', encodePing('request')))
    expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'ping' })
  })
})

describe('endSession', () => {
  test('of the PN GW: it is told, authenticates again, and goes on', async () => {
    const gateway = world.createGateway()
    await gateway.start()
    const former = gateway.session?.sessionId as string
    expect(await world.server.endSession(former)).toBe(true)
    expect(await world.server.endSession(former)).toBe(false)
    await world.elapse(1000)
    expect(gateway.session?.sessionId).not.toBe(former)
    expect(await sessionIdsOf(GATEWAY_ID)).toEqual([gateway.session?.sessionId])
  })

  test('of a PNE: PN GW and PNE are told', async () => {
    const gateway = world.createGateway()
    await gateway.start()
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    await watch.pne.start()
    const former = watch.pne.session?.sessionId as string
    await world.server.endSession(former)
    await world.elapse(1000)
    expect(watch.pne.session?.sessionId).not.toBe(former)
    expect(await sendUp(watch.pne, 'up ', 0)).toEqual([])
  })
})
