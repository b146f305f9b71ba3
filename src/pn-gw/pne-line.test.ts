import { beforeEach, describe, expect, test } from 'vitest'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import type { PneStatus } from '../cpns/messages.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { utf8 } from '../octets/octets.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { PneLine } from './pne-line.ts'

const PNE = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000003')
const SESSION = 'a'.repeat(32)
const OTHER_SESSION = 'b'.repeat(32)

let clock: VirtualClock
let pne: FrameSocket
let line: PneLine

beforeEach(() => {
  clock = createVirtualClock()
  const [client, far] = createSocketPair({ capacity: 1 })
  pne = client
  line = new PneLine(far, clock)
})

const statusOf = (change: Partial<PneStatus> = {}): PneStatus => ({
  name: 'PneStatus',
  transactionId: 't',
  entityId: PNE,
  pne: PNE,
  sessionId: SESSION,
  state: 'admitted',
  secondsLeft: 60,
  ...change,
})

describe('work that ends with the socket', () => {
  test('is over when it is done, or as it failed', async () => {
    await line.unlessClosed(Promise.resolve())
    await expect(line.unlessClosed(Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  test('is over when the socket has closed, and not begun after that', async () => {
    const endless = new Promise<void>(() => {})
    const waiting = line.unlessClosed(endless)
    line.close('gone')
    await waiting
    await line.unlessClosed(endless)
  })
})

describe('who may do what', () => {
  test('nobody anything, at first', () => {
    expect([line.pne, line.isAdmittedAtAll, line.isAdmitted(SESSION)]).toEqual([
      undefined,
      false,
      false,
    ])
  })

  test('a session is admitted where its exchange came from', () => {
    line.carry(PNE, 't')
    line.noteStatus(statusOf())
    expect([line.isAdmitted(SESSION), line.isAdmitted(OTHER_SESSION)]).toEqual([true, false])
  })

  test('and nowhere else', () => {
    line.carry(PNE, 'another exchange')
    line.noteStatus(statusOf())
    expect(line.isAdmittedAtAll).toBe(false)
  })

  test('until it ends, by the server or by time', async () => {
    line.carry(PNE, 't')
    line.noteStatus(statusOf())
    line.noteStatus(statusOf({ sessionId: OTHER_SESSION, secondsLeft: 10 }))
    line.noteStatus(statusOf({ state: 'ended', transactionId: 'whatever', secondsLeft: 0 }))
    expect([line.isAdmitted(SESSION), line.isAdmitted(OTHER_SESSION)]).toEqual([false, true])
    await clock.advance(9999)
    expect(line.isAdmittedAtAll).toBe(true)
    await clock.advance(1)
    expect(line.isAdmittedAtAll).toBe(false)
  })

  test('eight exchanges are remembered, the oldest gives way', () => {
    for (let n = 0; n < 9; n++) line.carry(PNE, `t${n}`)
    expect([line.carries('t0'), line.carries('t1'), line.carries('t8')]).toEqual([
      false,
      true,
      true,
    ])
  })
})

describe('a socket without admitted session', () => {
  test('is closed after 30 seconds', async () => {
    await clock.advance(29_999)
    expect(line.isClosed).toBe(false)
    await clock.advance(1)
    expect(line.isClosed).toBe(true)
    expect(await pne.receive()).toBeUndefined()
  })

  test('counts from the end of the last session', async () => {
    line.carry(PNE, 't')
    line.noteStatus(statusOf({ secondsLeft: 60 }))
    await clock.advance(89_999)
    expect(line.isClosed).toBe(false)
    await clock.advance(1)
    expect(line.isClosed).toBe(true)
  })

  test('counts anew when the server ends the session', async () => {
    line.carry(PNE, 't')
    line.noteStatus(statusOf({ secondsLeft: 3600 }))
    await clock.advance(100_000)
    line.noteStatus(statusOf({ state: 'ended' }))
    await clock.advance(29_999)
    expect(line.isClosed).toBe(false)
    await clock.advance(1)
    expect(line.isClosed).toBe(true)
  })

  test('leaves no timer when it has closed', async () => {
    pne.close()
    await line.whenClosed
    await clock.advance(0)
    line.noteStatus(statusOf())
    expect([line.isClosed, clock.pendingTimers()]).toEqual([true, 0])
  })
})

describe('sending', () => {
  test('does not wait for the PNE, keeps the order and the kinds', async () => {
    for (const octets of [utf8('<a/>'), Uint8Array.of(1, 2), utf8('<b/>')]) line.send(octets)
    const frames = [await pne.receive(), await pne.receive(), await pne.receive()]
    expect(frames.map((frame) => frame?.kind)).toEqual(['text', 'binary', 'text'])
  })

  test('256 frames may wait; at the next one the PNE is cut off', async () => {
    for (let n = 0; n < 256; n++) line.send(Uint8Array.of(1))
    expect(line.isClosed).toBe(false)
    line.send(Uint8Array.of(1))
    expect(line.isClosed).toBe(true)
  })

  test('a PNE that takes frames is not cut off', async () => {
    for (let n = 0; n < 1000; n++) {
      line.send(Uint8Array.of(1))
      await pne.receive()
    }
    expect(line.isClosed).toBe(false)
  })

  test('to a socket that has gone says nothing', async () => {
    pne.close()
    line.send(Uint8Array.of(1))
    await clock.advance(0)
    expect(line.isClosed).toBe(true)
  })
})
