import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import type { UiccReader } from '../../apdu/uicc-reader.ts'
import { StoreFailed, TransportFailed } from '../../errors/errors.ts'
import { fromHex, toHex } from '../../octets/octets.ts'
import { createMemoryCardState, testProfile } from '../../uicc/uicc.fixture.ts'
import { createUicc } from '../../uicc/uicc.ts'
import { serveVpcd } from './serve-vpcd.ts'

const ATR = '3b9f96801fc78031a073be21136743200718000001a5'

/** The reader's side: takes cards, sends frames, waits for answers. */
interface VirtualReader {
  readonly server: Server
  readonly port: number
  /** The next card that is put in. */
  card(): Promise<Slot>
}

interface Slot {
  readonly socket: Socket
  /** Sends a frame without waiting. */
  tell(hex: string): void
  /** Sends a frame and gives the answer. */
  ask(hex: string): Promise<string>
}

async function openReader(port = 0): Promise<VirtualReader> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async card() {
      const [socket] = (await once(server, 'connection')) as [Socket]
      return slotOf(socket)
    },
  }
}

function slotOf(socket: Socket): Slot {
  socket.on('error', () => {})
  const tell = (hex: string) =>
    void socket.write(fromHex((hex.length / 2).toString(16).padStart(4, '0') + hex))
  return {
    socket,
    tell,
    async ask(hex) {
      tell(hex)
      const [answer] = (await once(socket, 'data')) as [Buffer]
      expect(answer.readUInt16BE()).toBe(answer.length - 2)
      return toHex(answer.subarray(2))
    },
  }
}

let reader: VirtualReader
let stop: AbortController
const reports: string[] = []
const newCard = () =>
  createUicc(testProfile(), {
    state: createMemoryCardState(),
    random: createSeededRandom('vpcd'),
  })
const serve = (card: UiccReader = newCard(), port = reader.port) =>
  serveVpcd(
    { host: '127.0.0.1', port, card },
    { signal: stop.signal, report: (state, reason) => void reports.push(reason ?? state) },
  )

beforeEach(async () => {
  reader = await openReader()
  stop = new AbortController()
  reports.length = 0
})
afterEach(() => {
  stop.abort()
  reader.server.close()
})

/** A card whose resets fail after the first ones. */
function broken(error: Error, from: number): UiccReader {
  let resets = 0
  const card = newCard()
  return {
    ...card,
    reset: () => (resets++ < from ? card.reset() : Promise.reject(error)),
  }
}

/** A card that answers when it is told to, and what it did. */
function slowCard() {
  const done: string[] = []
  let finish: ((answer: Uint8Array) => void) | undefined
  const card: UiccReader = {
    ...newCard(),
    async transmit() {
      done.push('begun')
      const answer = await new Promise<Uint8Array>((resolve) => {
        finish = resolve
      })
      done.push('finished')
      return answer
    },
  }
  return { card, done, finish: () => finish?.(fromHex('9000')) }
}

describe('a card in a virtual reader', () => {
  test('has an ATR before and after power, and answers while it has power', async () => {
    const served = serve()
    const slot = await reader.card()
    expect(await slot.ask('04')).toBe(ATR)
    expect(await slot.ask('00a40004023f00')).toBe('6f00')
    slot.tell('01')
    expect(await slot.ask('04')).toBe(ATR)
    expect(await slot.ask('00a40004023f00')).toMatch(/^61..$/)
    slot.tell('00')
    expect(await slot.ask('00a40004023f00')).toBe('6f00')
    stop.abort()
    await served
    expect(reports).toEqual(['inserted'])
  })

  test('a reset goes back to the MF', async () => {
    void serve()
    const slot = await reader.card()
    slot.tell('01')
    expect(await slot.ask('00a4000c022f00')).toBe('9000')
    slot.tell('02')
    expect(await slot.ask('00b2010400')).toBe('6986')
  })

  test('frames in pieces and together are answered in order', async () => {
    void serve()
    const { socket } = await reader.card()
    socket.write(fromHex('0001010007'))
    socket.write(fromHex('00a4000c022f00000500b2010400'))
    let answers = ''
    socket.on('data', (data: Buffer) => {
      answers += toHex(data)
    })
    await expect.poll(() => answers).toBe('0002900000026c1a')
  })

  test('no octets at all are a wrong command', async () => {
    void serve()
    const slot = await reader.card()
    slot.tell('01')
    expect(await slot.ask('')).toBe('6700')
  })
})

describe('a reader that goes away', () => {
  test('the card is put in again, and waits as long as there is none', async () => {
    const served = serve()
    const { port } = reader
    const first = await reader.card()
    await expect.poll(() => reports).toEqual(['inserted'])
    reader.server.close()
    first.socket.resetAndDestroy()
    await expect.poll(() => reports).toHaveLength(3)
    expect(reports).toEqual([
      'inserted',
      'the reader is gone (ECONNRESET)',
      `no virtual reader at 127.0.0.1:${port} (ECONNREFUSED)`,
    ])
    reader = await openReader(port)
    const second = await reader.card()
    second.tell('01')
    expect(await second.ask('00a4000c022f00')).toBe('9000')
    second.socket.end()
    await reader.card()
    await expect.poll(() => reports).toHaveLength(6)
    stop.abort()
    await served
    expect(reports.slice(3)).toEqual(['inserted', 'the reader is gone', 'inserted'])
  })

  test('a command under way is finished before the card is out', async () => {
    const { card, done, finish } = slowCard()
    const served = serve(card)
    const slot = await reader.card()
    slot.tell('01')
    slot.tell('00a40004023f00')
    await expect.poll(() => done).toEqual(['begun'])
    stop.abort()
    setTimeout(finish, 20)
    await served
    expect(done).toEqual(['begun', 'finished'])
  })

  test('ends while it waits for a reader', async () => {
    reader.server.close()
    const served = serve()
    await expect.poll(() => reports).toHaveLength(1)
    stop.abort()
    await served
  })

  test('ends at once if it was stopped before', async () => {
    stop.abort()
    await serve()
    expect(reports).toEqual([])
  })
})

describe('a card that fails', () => {
  test('at the start: nothing is served', async () => {
    await expect(serve(broken(new StoreFailed('state'), 0))).rejects.toThrow(StoreFailed)
    expect(reports).toEqual([])
  })

  test('at a reset: the service ends with its error', async () => {
    const served = serve(broken(new TransportFailed('gone'), 1))
    const slot = await reader.card()
    slot.tell('02')
    await expect(served).rejects.toThrow(TransportFailed)
  })
})
