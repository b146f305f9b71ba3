/** Profile cpns-1.0 (SHA-1), off unless both ends ask for it, and nobody is talked down to it. M-2, M-4, M-8 */
import { afterEach, describe, expect, test } from 'vitest'
import type { Algorithm } from '../../src/cpns/algorithms.ts'
import { type CpnsMessage, decodeMessage } from '../../src/cpns/messages.ts'
import { fromUtf8, utf8 } from '../../src/octets/octets.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { begin, connect, post, statusOf } from '../support/hand-client.ts'
import { collect, sendUp } from './traffic.ts'

const HMAC: readonly Algorithm[] = ['HMAC-SHA-256']
const SHA1: readonly Algorithm[] = ['SHA-1']
const BOTH: readonly Algorithm[] = ['HMAC-SHA-256', 'SHA-1']

let world: CpnsWorld
const start = (algorithms?: readonly Algorithm[]): void => {
  world = createCpnsWorld(algorithms === undefined ? {} : { algorithms })
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
}
afterEach(() => world.close())

/** Handshake messages of a kind that the server got or sent. */
const traced = (name: string) =>
  world.traced.filter((item) => 'message' in item && item.message === name)
const chosen = (): unknown[] =>
  traced('AuthenticateRequest').map((item) => ('fields' in item ? item.fields?.Algorithm : ''))

describe('where both ends take it', () => {
  test('PN GW and PNE come to sessions under SHA-1, and messages get through', async () => {
    start(BOTH)
    const texts = collect(world)
    const gateway = world.createGateway({ options: { algorithms: SHA1 } })
    await gateway.start()
    const change = { options: { algorithms: SHA1 } }
    const { pne } = await world.createPne(WATCH_ID, 10, gateway, change)
    await pne.start()
    expect(await sendUp(pne, 'up ', 3)).toEqual([200, 200, 200])
    await expect.poll(() => texts).toEqual(['up 1', 'up 2', 'up 3'])
    expect(new Set(chosen())).toEqual(new Set(['SHA-1']))
  })

  test('a server that takes both takes the better one, whatever the client prefers', async () => {
    start(BOTH)
    const { firstAnswer } = await connect(world, { algorithms: ['SHA-1', 'HMAC-SHA-256'] })
    expect(firstAnswer).toMatchObject({ authReqData: { algorithm: 'HMAC-SHA-256' } })
  })

  test.each([
    ['a comment', (text: string) => text.replace('/>', '><!-- --></ConnectRequest>')],
    [
      'a foreign attribute',
      (text: string) => text.replace(' RAND', ' xmlns:x="urn:x" x:a="" RAND'),
    ],
    [
      'a foreign element',
      (text: string) => text.replace('/>', '><a xmlns="urn:x"/></ConnectRequest>'),
    ],
    ['a TransactionID with a space', (text: string) => text.replace('"t-1"', '"t 1"')],
  ])('%s is refused there, and nowhere else', async (_, change) => {
    start(BOTH)
    const { connectRequest } = await begin(world, { algorithms: SHA1 })
    const text = change(fromUtf8(connectRequest))
    expect(statusOf(await post(world, utf8(text)))).toBe(400)
    const better = text.replace('Algorithms="SHA-1"', 'Algorithms="HMAC-SHA-256"')
    expect(decodeMessage(await post(world, utf8(better))).name).toBe('AuthenticateRequest')
  })
})

describe('where one end does not', () => {
  test.each([
    ['a server of today', undefined, SHA1],
    ['a server of cpns-1.0 alone', SHA1, HMAC],
  ] as const)(
    '%s answers 426, and the PN GW does not try another',
    async (_, accepted, offered) => {
      start(accepted)
      const gateway = world.createGateway({ options: { algorithms: offered } })
      await expect(gateway.start()).rejects.toThrow('status 426')
      await world.elapse(120_000)
      const received = traced('ConnectRequest').filter(
        (item) => 'side' in item && item.side === 'received',
      )
      expect(received).toHaveLength(1)
      expect(await world.store.listSessions(world.clock.nowMs())).toEqual([])
    },
  )

  test('so with a PNE', async () => {
    start()
    const gateway = world.createGateway()
    await gateway.start()
    const change = { options: { algorithms: SHA1 } }
    const { pne } = await world.createPne(WATCH_ID, 10, gateway, change)
    await expect(pne.start()).rejects.toThrow('status 426')
  })
})

describe('somebody on the way', () => {
  /** Lets a PN GW speak through hands that change its messages, or those of the server. */
  const through = (hands: { up?: (text: string) => string; down?: (text: string) => string }) => {
    const change = (frame: Awaited<ReturnType<FrameSocket['receive']>>, how = (t: string) => t) =>
      frame?.kind === 'text' ? { ...frame, octets: utf8(how(fromUtf8(frame.octets))) } : frame
    return world.createGateway({
      options: { algorithms: BOTH },
      ports: {
        connectServer: async () => {
          const socket = world.connect()
          return {
            ...socket,
            closed: socket.closed,
            receive: async () => change(await socket.receive(), hands.down),
            send: (frame) => socket.send(change(frame, hands.up) ?? frame),
            close: (reason) => socket.close(reason),
          }
        },
      },
    })
  }

  test('takes the better algorithm out of the offer: the HASH does not verify', async () => {
    start(BOTH)
    const gateway = through({
      up: (text) => text.replace('"HMAC-SHA-256 SHA-1"', '"SHA-1"'),
    })
    await expect(gateway.start()).rejects.toThrow('status 401')
    expect(new Set(chosen())).toEqual(new Set(['SHA-1']))
    expect(await world.store.listSessions(world.clock.nowMs())).toEqual([])
  })

  test('writes another algorithm into the challenge: the HASH does not verify', async () => {
    start(BOTH)
    const gateway = through({
      down: (text) => text.replace('Algorithm="HMAC-SHA-256"', 'Algorithm="SHA-1"'),
    })
    await expect(gateway.start()).rejects.toThrow('status 401')
    expect(await world.store.listSessions(world.clock.nowMs())).toEqual([])
  })

  test('writes one in that was not offered: the client breaks off and proves nothing', async () => {
    start()
    const { answer } = await begin(world, { algorithms: HMAC })
    const message = decodeMessage(answer) as Extract<CpnsMessage, { name: 'AuthenticateRequest' }>
    expect(message.authReqData.algorithm).toBe('HMAC-SHA-256')
    const gateway = world.createGateway({
      ports: {
        connectServer: async () => {
          const socket = world.connect()
          return {
            ...socket,
            closed: socket.closed,
            send: (frame) => socket.send(frame),
            close: (reason) => socket.close(reason),
            async receive() {
              const frame = await socket.receive()
              if (frame?.kind !== 'text') return frame
              const text = fromUtf8(frame.octets).replace('"HMAC-SHA-256"', '"SHA-1"')
              return { ...frame, octets: utf8(text) }
            },
          }
        },
      },
    })
    await expect(gateway.start()).rejects.toThrow('chose an algorithm that was not offered')
    expect(traced('AuthenticateResponse')).toEqual([])
  })
})
