import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage, UnexpectedMessage } from '../errors/errors.ts'
import { concatOctets, utf8 } from '../octets/octets.ts'
import type { PskOffer } from './psk-exchange.ts'
import {
  extension,
  handshake,
  helloBody,
  helloRecord,
  keyExchangeRecord,
  record,
} from './psk-hello.fixture.ts'
import { createPskRecordReader, type PskRecordReader } from './psk-record-reader.ts'

const BOTH = ['1.3', '1.2'] as const
const HELLO_13 = helloRecord({ versions: [0x0304, 0x0303], serverName: 'naf', identities: ['me'] })
const HELLO_12 = helloRecord({ serverName: 'naf' })
const KEY_EXCHANGE = keyExchangeRecord('me')
const COMPATIBILITY = record(20, Uint8Array.of(1))
const CIPHERTEXT = record(23, new Uint8Array(20))
const ALERT = record(21, Uint8Array.of(2, 40))
const OFFER_13 = { version: '1.3', identities: ['me'], serverName: 'naf' }
const OFFER_12 = { version: '1.2', identities: ['me'], serverName: 'naf' }

interface ReadAll {
  readonly offers: PskOffer[]
  readonly octets: Uint8Array
  readonly isOver: boolean
}

function readAll(reader: PskRecordReader, ...pieces: readonly Uint8Array[]): ReadAll {
  const offers: PskOffer[] = []
  const given: Uint8Array[] = []
  for (const piece of pieces) {
    reader.feed(piece)
    for (let next = reader.next(); next; next = reader.next()) {
      offers.push(...next.offers)
      given.push(next.octets)
    }
  }
  if (reader.isOver) given.push(reader.rest())
  return { offers, octets: concatOctets(...given), isOver: reader.isOver }
}

const read = (...pieces: readonly Uint8Array[]): ReadAll =>
  readAll(createPskRecordReader(BOTH), ...pieces)

const singly = (octets: Uint8Array): Uint8Array[] =>
  [...octets].map((octet) => Uint8Array.of(octet))

describe('the talks that lead to a key', () => {
  test.each([
    ['TLS 1.3', [HELLO_13, COMPATIBILITY, CIPHERTEXT], [OFFER_13]],
    [
      'TLS 1.3 with a second hello',
      [HELLO_13, COMPATIBILITY, HELLO_13, CIPHERTEXT],
      [OFFER_13, OFFER_13],
    ],
    [
      'TLS 1.2',
      [HELLO_12, KEY_EXCHANGE, COMPATIBILITY, record(22, new Uint8Array(40))],
      [OFFER_12],
    ],
  ])('%s, whole, in single octets and in one piece: nothing is lost', (_name, records, offers) => {
    const octets = concatOctets(...records)
    for (const pieces of [records, singly(octets), [octets]]) {
      expect(read(...pieces)).toEqual({ offers, octets, isOver: true })
    }
  })

  test('a hello of 10,000 octets in records of every size', () => {
    const extensions = [extension(21, new Uint8Array(10_000))]
    const message = handshake(1, helloBody({ extensions, versions: [0x0304], identities: ['me'] }))
    for (const size of [1, 7, 1_000, 10_000, 16_384]) {
      const records: Uint8Array[] = []
      for (let at = 0; at < message.length; at += size) {
        records.push(record(22, message.subarray(at, at + size)))
      }
      if (size === 1) {
        // Six octets for one: over the limit of what is read without an identity.
        records.push(...records)
        expect(() => read(...records)).toThrow(/too long/)
        continue
      }
      const { offers, octets } = read(...records)
      expect(offers).toEqual([{ version: '1.3', identities: ['me'] }])
      expect(octets).toEqual(concatOctets(...records))
    }
  })

  test('only the record that ends the message carries the offer', () => {
    const message = HELLO_13.subarray(5)
    const reader = createPskRecordReader(BOTH)
    reader.feed(record(22, message.subarray(0, 10)))
    expect(reader.next()?.offers).toEqual([])
    reader.feed(record(22, message.subarray(10)))
    expect(reader.next()?.offers).toEqual([OFFER_13])
    expect(reader.isOver).toBe(false)
  })

  test('several identities keep their order', () => {
    const hello = helloRecord({ versions: [0x0304], identities: ['b', 'a'] })
    expect(read(hello).offers).toEqual([{ version: '1.3', identities: ['b', 'a'] }])
  })

  test('an identity that is no text is offered as none', () => {
    const { offers } = read(HELLO_12, keyExchangeRecord('é'))
    expect(offers).toEqual([{ version: '1.2', identities: [], serverName: 'naf' }])
  })
})

describe('which version counts', () => {
  test('the highest that both have', () => {
    expect(readAll(createPskRecordReader(['1.2']), HELLO_13, KEY_EXCHANGE).offers).toEqual([
      OFFER_12,
    ])
    expect(readAll(createPskRecordReader(['1.3']), HELLO_13).offers).toEqual([OFFER_13])
  })

  test('where there is none, the platform says so itself', () => {
    const expected = { offers: [], octets: HELLO_12, isOver: true }
    expect(readAll(createPskRecordReader(['1.3']), HELLO_12)).toEqual(expected)
  })

  test('a hello of TLS 1.3 without a key goes on', () => {
    expect(read(helloRecord({ versions: [0x0304] }))).toMatchObject({ offers: [], isOver: false })
  })
})

describe('each state by each record', () => {
  const states: readonly [string, readonly Uint8Array[]][] = [
    ['awaiting-hello', []],
    ['awaiting-key-exchange', [HELLO_12]],
    ['awaiting-second-hello', [HELLO_13]],
    ['awaiting-ciphertext', [HELLO_13, HELLO_13]],
  ]
  const records = {
    hello: HELLO_12,
    'key exchange': KEY_EXCHANGE,
    'other message': record(22, handshake(11, utf8('x'))),
    'change cipher spec': COMPATIBILITY,
    'application data': CIPHERTEXT,
    alert: ALERT,
  }
  const allowed: Readonly<Record<string, readonly string[]>> = {
    'awaiting-hello': ['hello', 'alert'],
    'awaiting-key-exchange': ['key exchange', 'alert'],
    'awaiting-second-hello': ['hello', 'change cipher spec', 'application data', 'alert'],
    'awaiting-ciphertext': ['change cipher spec', 'application data', 'alert'],
  }
  const pairs = states.flatMap(([state, before]) =>
    Object.entries(records).map(([name, octets]) => ({ state, before, name, octets })),
  )

  test.each(pairs)('$state: $name', ({ state, before, name, octets }) => {
    const step = (): ReadAll => read(...before, octets)
    if (allowed[state]?.includes(name)) expect(step().octets.length).toBeGreaterThan(0)
    else expect(step).toThrow(UnexpectedMessage)
  })

  test('once it is over, nothing is looked at', () => {
    const garbage = utf8('anything at all')
    const { octets, offers } = read(HELLO_12, KEY_EXCHANGE, garbage)
    expect(octets).toEqual(concatOctets(HELLO_12, KEY_EXCHANGE, garbage))
    expect(offers).toHaveLength(1)
  })

  test('what follows the last plain message in its record goes on too', () => {
    const both = concatOctets(KEY_EXCHANGE.subarray(5), handshake(20, new Uint8Array(12)))
    expect(read(HELLO_12, record(22, both)).isOver).toBe(true)
  })
})

describe('bad input', () => {
  test.each([
    ['HTTP', utf8('GET / HTTP/1.1\r\n'), /not TLS/],
    ['a hello of SSL 2', Uint8Array.of(0x80, 0x2e, 1, 3, 3), /not TLS/],
    ['another major version', Uint8Array.of(22, 2, 0, 0, 1), /not TLS/],
    ['an empty record', Uint8Array.of(22, 3, 1, 0, 0), /empty/],
    ['a record over 2^14 octets', Uint8Array.of(22, 3, 1, 0x40, 1), /too long/],
    ['a message of 16 MB', record(22, Uint8Array.of(1, 255, 255, 255)), /too long/],
  ])('%s', (_name, octets, error) => {
    expect(() => read(octets)).toThrow(InvalidMessage)
    expect(() => read(...singly(octets))).toThrow(error)
  })

  test('no record comes between the fragments of a message', () => {
    const start = record(22, HELLO_13.subarray(5, 20))
    expect(() => read(HELLO_13, start, COMPATIBILITY)).toThrow(UnexpectedMessage)
  })

  test('records without end are refused', () => {
    const alerts = Array.from({ length: 10_000 }, () => ALERT)
    expect(() => read(...alerts)).toThrow(/too long/)
  })

  test('no truncation gives more than came', () => {
    const octets = concatOctets(HELLO_12, KEY_EXCHANGE)
    for (let length = 0; length < octets.length; length += 1) {
      expect(read(octets.subarray(0, length)).isOver).toBe(false)
    }
  })

  test('changed octets in any pieces: a named error, or all octets in their order', () => {
    const start = concatOctets(HELLO_13, COMPATIBILITY, HELLO_13, CIPHERTEXT)
    const change = fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 4 })
    const property = fc.property(change, fc.integer({ min: 1, max: 64 }), (changes, size) => {
      const octets = new Uint8Array(start)
      for (const [at, value] of changes) octets[at] = value
      const pieces: Uint8Array[] = []
      for (let at = 0; at < octets.length; at += size) pieces.push(octets.subarray(at, at + size))
      try {
        const given = read(...pieces).octets
        expect(given).toEqual(octets.subarray(0, given.length))
      } catch (error) {
        const isNamed = error instanceof InvalidMessage || error instanceof UnexpectedMessage
        if (!isNamed) throw error
      }
    })
    fc.assert(property, { numRuns: 1_000, seed: 5 })
  })
})
