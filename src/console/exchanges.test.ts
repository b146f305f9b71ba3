import { expect, test } from 'vitest'
import type { TraceEvent } from '../trace/trace.ts'
import { bareEvent, messageEvent, noteEvent } from './console.fixture.ts'
import { createExchanges } from './exchanges.ts'

const RAND = '6162636465666768696a6b6c6d6e6f70'
const NONCE = btoa('abcdefghijklmnop and the rest of')
const BTID = `${btoa('abcdefghijklmnop')}@bsf.x`

/** Takes messages without TransactionID, numbered from 1. @returns Numbers of those of the exchange of one. */
function exchangeOf(seq: number, changes: readonly Partial<TraceEvent>[]): readonly number[] {
  const exchanges = createExchanges()
  const events = changes.map((change, n) => bareEvent(n + 1, change))
  for (const event of events) exchanges.add(event)
  return events.map((event) => event.seq).filter((other) => exchanges.isSame(seq, other))
}

const apdu = (fields = {}, change: Partial<TraceEvent> = {}) =>
  ({ point: 'APDU', from: 'PN GW', to: 'USIM', fields, ...change }) as const
const request = (fields = {}, from = 'PN GW') => ({ point: 'Ub', from, to: 'BSF', fields }) as const
const answer = (fields = {}, to = 'PN GW') =>
  ({ point: 'Ub', from: 'BSF', to, fields: { status: 200, ...fields } }) as const
const vector = (transactionId: string, fields = {}) =>
  ({ point: 'Zh', from: 'BSF', to: 'HSS', transactionId, fields }) as const

test('a bootstrapping run: Ub, the vector on Zh, and the APDUs; not the one beside it', () => {
  const run = [
    apdu(),
    request(),
    request({}, 'other PN GW'),
    vector('s1'),
    vector('s2'),
    vector('s1', { RAND }),
    vector('s2', { RAND: 'ff'.repeat(16) }),
    answer({ status: 401, nonce: NONCE }),
    answer({ status: 401 }, 'other PN GW'),
    apdu({ RAND }),
    apdu({ statusWord: '9000' }, { from: 'USIM', to: 'PN GW' }),
    request({ nonce: NONCE }),
    answer({ 'B-TID': BTID }),
    apdu({}, { from: 'other PN GW' }),
  ]
  const whole = [1, 2, 4, 6, 8, 10, 11, 12, 13]
  for (const seq of whole) expect(exchangeOf(seq, run)).toEqual(whole)
  expect(exchangeOf(3, run)).toEqual([3, 9])
  expect(exchangeOf(5, run)).toEqual([5, 7])
})

test('a run ends with the key that it was for', () => {
  const derive = { message: 'AUTHENTICATE GBA NAF derivation' }
  const run = [
    apdu({}, derive),
    apdu({ statusWord: '9000' }, { ...derive, from: 'USIM', to: 'PN GW' }),
    apdu({ RAND }),
    apdu({}, derive),
    apdu({ statusWord: '9000' }, { ...derive, from: 'USIM', to: 'PN GW' }),
    apdu(),
  ]
  expect(exchangeOf(1, run)).toEqual([1, 2])
  expect(exchangeOf(4, run)).toEqual([3, 4, 5])
  expect(exchangeOf(6, run)).toEqual([6])
})

test('a handshake, and the key on Zn that it asks for; of two with one B-TID the later', () => {
  const connect = (transactionId: string) => ({ transactionId, fields: { BTID } })
  const zn = (transactionId: string, change = {}) =>
    ({ point: 'Zn', transactionId, fields: { 'B-TID': BTID }, ...change }) as const
  const shown = [connect('t1'), { transactionId: 't1' }, connect('t2'), zn('z1')]
  expect(exchangeOf(1, shown)).toEqual([1, 2])
  expect(exchangeOf(3, shown)).toEqual([3, 4])
  const late = [connect('t1'), zn('z1', { atMs: 1_800_000_020_000 })]
  expect(exchangeOf(1, late), 'it does not wait that long').toEqual([1])
})

test('what has no sign of another is alone, and APDUs after a pause are another run', () => {
  expect(exchangeOf(1, [{}, {}, { transactionId: 't' }])).toEqual([1])
  expect(exchangeOf(1, [apdu(), apdu({}, { atMs: 1_800_000_009_000 })])).toEqual([1])
  expect(exchangeOf(2, [vector('s1'), request({ nonce: 'odd' }), answer({ nonce: '' })])).toEqual([
    2, 3,
  ])
})

test('a note is of no exchange', () => {
  const exchanges = createExchanges()
  exchanges.add(noteEvent(1))
  expect(exchanges.isSame(1, 1)).toBe(false)
})

test('what is let go is forgotten, and what is left stays together', () => {
  const exchanges = createExchanges()
  for (let seq = 1; seq <= 6; seq++) exchanges.add(messageEvent(seq, { transactionId: 't' }))
  exchanges.add(messageEvent(7, { transactionId: 'u' }))
  exchanges.forgetBefore(5)
  exchanges.add(messageEvent(8, { transactionId: 't' }))
  expect([1, 5, 6, 7, 8].map((seq) => exchanges.isSame(seq, 6))).toEqual([
    false,
    true,
    true,
    false,
    true,
  ])
  exchanges.forgetBefore(9)
  exchanges.add(messageEvent(9, { transactionId: 't' }))
  expect(exchanges.isSame(9, 6)).toBe(false)
})

test('however many exchanges turn out to be one, those that are held stay together', () => {
  const exchanges = createExchanges()
  const joinTwo = (seq: number): void => {
    const from = `PN GW ${seq}`
    const rand = String(seq).padStart(16, '0')
    exchanges.add(bareEvent(seq, request({}, from)))
    const RAND = Array.from(rand, (c) => c.charCodeAt(0).toString(16)).join('')
    exchanges.add(bareEvent(seq + 1, vector(`s${seq}`, { RAND })))
    exchanges.add(bareEvent(seq + 2, answer({ nonce: btoa(`${rand}and the rest....`) }, from)))
  }
  for (let seq = 1; seq <= 15_100; seq += 3) joinTwo(seq)
  expect(exchanges.joined).toBe(5034)
  exchanges.forgetBefore(15_000)
  expect([exchanges.isSame(15_097, 15_098), exchanges.isSame(15_097, 15_099)]).toEqual([true, true])
  expect(exchanges.isSame(15_097, 15_096)).toBe(false)
  exchanges.add(bareEvent(15_103, vector('s15100')))
  expect(exchanges.isSame(15_103, 15_100), 'and who comes finds them').toBe(true)
})

test('it says when two exchanges turn out to be one, and not for each message', () => {
  const exchanges = createExchanges()
  exchanges.add(bareEvent(1, request()))
  exchanges.add(messageEvent(2, vector('s1', { RAND })))
  exchanges.add(messageEvent(3, vector('s1')))
  expect(exchanges.joined).toBe(0)
  exchanges.add(bareEvent(4, answer({ nonce: NONCE })))
  expect([exchanges.joined, exchanges.isSame(1, 3)]).toEqual([1, true])
})
