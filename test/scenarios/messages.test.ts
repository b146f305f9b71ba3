/** What a PNE may send, and how often it counts. Design 8, M-6 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeMessage, encodeMessage, type Message } from '../../src/cpns/messages.ts'
import { decodeMessageContent, encodeMessageContent } from '../../src/cpns/record-content.ts'
import { TransportFailed } from '../../src/errors/errors.ts'
import { utf8 } from '../../src/octets/octets.ts'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  settle,
  type TestPne,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { attachByHand, connected, nextFrame, sendRecord } from '../support/hand-client.ts'
import { COLLECTOR, collect, sendDown, textsOf } from './traffic.ts'

let world: CpnsWorld
let gateway: PnGw
let watch: TestPne
let collected: string[]

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  collected = collect(world)
  gateway = world.createGateway()
  await gateway.start()
  watch = await world.createPne(WATCH_ID, 10, gateway)
  await watch.pne.start()
})

afterEach(async () => {
  await world.close()
})

describe('by the client library', () => {
  test('an unknown recipient is 404, service or entity', async () => {
    const payload = utf8('?')
    expect(await watch.pne.send({ to: 'urn:cpns:service:nobody', payload })).toBe(404)
    expect(await watch.pne.send({ to: CAR_ID, payload })).toBe(404)
  })

  test('a recipient that is known but away is 202, and gets it later', async () => {
    const car = await world.createPne(CAR_ID, 11, gateway)
    expect(await watch.pne.send({ to: CAR_ID, payload: utf8('wake up') })).toBe(202)
    await world.elapse(600_000)
    await car.pne.start()
    await settle()
    expect(textsOf(car.received)).toEqual(['wake up'])
  })

  test('one MessageID counts once', async () => {
    const message = { to: COLLECTOR, messageId: 'm-1', payload: utf8('once') }
    expect(await watch.pne.send(message)).toBe(200)
    expect(await watch.pne.send(message)).toBe(200)
    await world.elapse(1000)
    expect(await watch.pne.send(message)).toBe(202)
    await settle()
    expect(collected).toEqual(['once'])
  })

  test('one MessageID of two senders counts twice', async () => {
    const car = await world.createPne(CAR_ID, 11, gateway)
    await car.pne.start()
    for (const { pne } of [watch, car]) {
      await pne.send({ to: COLLECTOR, messageId: 'm-1', payload: utf8('mine') })
    }
    await settle()
    expect(collected).toEqual(['mine', 'mine'])
  })

  test('a message that nobody could take in time is 408', async () => {
    const lost = world.createGateway({
      ports: {
        connectServer: async () => {
          throw new TransportFailed('no way')
        },
      },
    })
    void lost.start().catch(() => {})
    const car = await world.createPne(CAR_ID, 11, lost)
    car.pne.start().catch(() => {})
    const status = car.pne.send({ to: COLLECTOR, payload: utf8('late'), expires: 30 })
    await world.elapse(31_000)
    expect(await status).toBe(408)
  })

  test('a message that expires in the mailbox is delivered to nobody', async () => {
    const car = await world.createPne(CAR_ID, 11, gateway)
    await watch.pne.send({ to: CAR_ID, payload: utf8('short'), expires: 5 })
    await watch.pne.send({ to: CAR_ID, payload: utf8('long'), expires: 60 })
    await world.elapse(6000)
    await car.pne.start()
    await settle()
    expect(textsOf(car.received)).toEqual(['long'])
  })

  test('64 KiB get through, one octet more is our own mistake', async () => {
    const payload = new Uint8Array(65_536).fill(0x61)
    expect(await watch.pne.send({ to: COLLECTOR, payload })).toBe(200)
    await settle()
    expect(collected.map(({ length }) => length)).toEqual([65_536])
    const tooLong = watch.pne.send({ to: COLLECTOR, payload: new Uint8Array(65_537) })
    await expect(tooLong).rejects.toThrow(RangeError)
  })
})

describe('by hand', () => {
  const MESSAGE: Message = {
    name: 'Message',
    transactionId: 'x',
    entityId: GATEWAY_ID,
    messageId: 'm-1',
    from: GATEWAY_ID,
    to: COLLECTOR,
    contentType: 'text/plain',
    expires: 60,
  }

  let socket: FrameSocket
  const sendByHand = async (change: Partial<Message>, payload = utf8('by hand')) => {
    socket = world.connect()
    const channel = await attachByHand(socket, await connected(world, { transactionId: 't-9' }))
    const xml = encodeMessage({ ...MESSAGE, ...change })
    const content = encodeMessageContent({ xml, payload })
    await sendRecord(socket, channel.seal('message', content))
    const opened = channel.open(await nextFrame(socket, 'binary'))
    if (opened.outcome !== 'record') throw new Error(opened.reason)
    return decodeMessage(decodeMessageContent(opened.content).xml)
  }

  test('a foreign From is 403, and nothing is accepted', async () => {
    expect(await sendByHand({ from: WATCH_ID })).toMatchObject({
      name: 'MessageResult',
      messageId: 'm-1',
      from: WATCH_ID,
      status: 403,
    })
    await settle()
    expect(collected).toEqual([])
  })

  test('the own From is taken', async () => {
    expect(await sendByHand({})).toMatchObject({ name: 'MessageResult', status: 200 })
    await settle()
    expect(collected).toEqual(['by hand'])
  })
})

describe('a handler that throws', () => {
  test('gets the message again, and the later ones of its sender only after it', async () => {
    const handled: string[] = []
    let failures = 3
    const car = await world.createPne(CAR_ID, 11, gateway, {
      ports: {
        onMessage: ({ messageId }) => {
          if (messageId === 'down 2' && failures > 0) {
            failures -= 1
            throw new Error('not now')
          }
          handled.push(messageId)
        },
      },
    })
    await car.pne.start()
    await sendDown(world, CAR_ID, 'down ', 5)
    await settle()
    expect(handled).toEqual(['down 1'])
    await world.elapse(60_000)
    expect(handled).toEqual(['down 1', 'down 2', 'down 3', 'down 4', 'down 5'])
  })

  test('holds no other sender up, service or PNE', async () => {
    const handled: string[] = []
    const car = await world.createPne(CAR_ID, 11, gateway, {
      ports: {
        onMessage: ({ from, messageId }) => {
          if (from === COLLECTOR) throw new Error('never')
          handled.push(messageId)
        },
      },
    })
    await car.pne.start()
    await sendDown(world, CAR_ID, 'down ', 40)
    await watch.pne.send({ to: CAR_ID, payload: utf8('hello'), messageId: 'from watch' })
    await world.elapse(10_000)
    expect(handled).toEqual(['from watch'])
  })

  test('of an application is the same', async () => {
    const handled: string[] = []
    let failures = 2
    world.server.registerService('shaky', async ({ messageId, from }) => {
      if (from === WATCH_ID && failures > 0) {
        failures -= 1
        throw new Error('not now')
      }
      handled.push(messageId)
    })
    const car = await world.createPne(CAR_ID, 11, gateway)
    await car.pne.start()
    const to = 'urn:cpns:service:shaky'
    for (const messageId of ['w1', 'w2']) {
      await watch.pne.send({ to, messageId, payload: utf8('') })
    }
    await car.pne.send({ to, messageId: 'c1', payload: utf8('') })
    await settle()
    expect(handled).toEqual(['c1'])
    await world.elapse(30_000)
    expect(handled).toEqual(['c1', 'w1', 'w2'])
  })
})

describe('submit refuses what could not be delivered', () => {
  const submission = {
    messageId: 'm-1',
    from: COLLECTOR,
    to: WATCH_ID as string,
    contentType: 'text/plain',
    payload: utf8('x'),
    expires: 60,
  }

  test.each([
    [202, {}],
    [404, { to: CAR_ID }],
    [413, { payload: new Uint8Array(65_537) }],
    [400, { messageId: 'x'.repeat(65) }],
    [400, { contentType: 'nonsense' }],
    [400, { expires: 0 }],
    [400, { expires: 1.5 }],
    [400, { expires: 604_801 }],
    [400, { from: 'no URI' }],
  ])('%i for %o', async (status, change) => {
    expect(await world.server.submit({ ...submission, ...change })).toBe(status)
  })
})
