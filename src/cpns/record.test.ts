import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aeadSeal } from '../crypto/aead.ts'
import { Secret } from '../crypto/secret.ts'
import { concatOctets, fromHex, toHex, uint64, utf8 } from '../octets/octets.ts'
import { deriveAttachmentKeys } from './attachment.ts'
import {
  HANDSHAKE_VECTORS,
  type HandshakeVector,
  VECTOR_FILE,
  vectorOf,
} from './handshake-vectors.fixture.ts'
import {
  createRecordChannel,
  MAX_RECORD_OCTETS,
  RECORD_HEADER_LENGTH,
  RECORD_OVERHEAD,
  RECORD_TYPES,
  type RecordChannel,
  type RecordType,
} from './record.ts'

const VECTOR = vectorOf('HMAC-SHA-256')
const TYPES = Object.keys(RECORD_TYPES) as RecordType[]

const keysOf = ({ sessionKey }: HandshakeVector) =>
  deriveAttachmentKeys(Secret.of(fromHex(sessionKey)), {
    clientNonce: fromHex(VECTOR_FILE.clientNonce),
    serverNonce: fromHex(VECTOR_FILE.serverNonce),
  })

function channel(side: 'client' | 'server', vector = VECTOR): RecordChannel {
  return createRecordChannel({ side, sessionId: vector.sessionId, keys: keysOf(vector) })
}

describe.each(HANDSHAKE_VECTORS)('vector $id', (vector) => {
  test.each(['client', 'server'] as const)('records of the %s', (side) => {
    const sender = channel(side, vector)
    const receiver = channel(side === 'client' ? 'server' : 'client', vector)
    const records = vector.records.filter((record) => record.side === side)
    expect(records.length).toBeGreaterThan(0)
    for (const { type, content, record } of records) {
      expect(toHex(sender.seal(type, fromHex(content)))).toBe(record)
      const opened = receiver.open(fromHex(record))
      expect(opened).toEqual({ outcome: 'record', type, content: fromHex(content) })
    }
  })
})

test('records of every type and length go both ways, in order', () => {
  const contents = fc.array(fc.tuple(fc.constantFrom(...TYPES), fc.uint8Array({ maxLength: 300 })))
  fc.assert(
    fc.property(contents, (list) => {
      const [client, server] = [channel('client'), channel('server')]
      for (const [type, content] of list) {
        const expected = { outcome: 'record', type, content }
        expect(server.open(client.seal(type, content))).toEqual(expected)
        expect(client.open(server.seal(type, content))).toEqual(expected)
      }
    }),
    { seed: 7, numRuns: 50 },
  )
})

const good = () => channel('client').seal('message', utf8('hello'))
const bend = (at: number, octet?: number) =>
  good().map((one, index) => (index === at ? (octet ?? one ^ 1) : one))
const second = () => {
  const client = channel('client')
  client.seal('ping', new Uint8Array(1))
  return client.seal('ping', new Uint8Array(1))
}

describe('a refused record closes the channel for good', () => {
  test.each([
    ['an unknown version', () => bend(0), 'version'],
    ['an altered type', () => bend(1, RECORD_TYPES.relay), 'not-authentic'],
    ['an altered SessionID', () => bend(2), 'session'],
    ['the SessionID of another session', () => bend(17), 'session'],
    ['an altered sequence number', () => bend(25), 'sequence'],
    ['a skipped record', second, 'sequence'],
    ['an altered ciphertext', () => bend(RECORD_HEADER_LENGTH), 'not-authentic'],
    ['an altered tag', () => bend(good().length - 1), 'not-authentic'],
    ['an octet less', () => good().subarray(0, -1), 'not-authentic'],
    ['an octet more', () => concatOctets(good(), Uint8Array.of(0)), 'not-authentic'],
    ['a header alone', () => good().subarray(0, RECORD_HEADER_LENGTH), 'length'],
    ['nothing', () => new Uint8Array(0), 'length'],
    ['more than 1 MiB', () => new Uint8Array(MAX_RECORD_OCTETS + 1), 'length'],
    [
      'a record of its own direction',
      () => channel('server').seal('ping', utf8('x')),
      'not-authentic',
    ],
  ] as const)('%s', (_, octets, reason) => {
    const server = channel('server')
    expect(server.open(octets())).toEqual({ outcome: 'refused', reason })
    expect(server.isClosed).toBe(true)
    expect(server.open(good())).toEqual({ outcome: 'refused', reason: 'closed' })
    expect(() => server.seal('ping', new Uint8Array(1))).toThrow(TypeError)
  })

  test('a record twice', () => {
    const server = channel('server')
    const record = good()
    expect(server.open(record).outcome).toBe('record')
    expect(server.open(record)).toEqual({ outcome: 'refused', reason: 'sequence' })
  })

  test('any octet of a record changed', () => {
    const whole = good()
    for (let at = 0; at < whole.length; at++) {
      expect(channel('server').open(bend(at)).outcome).toBe('refused')
    }
  })

  test('a record cut anywhere', () => {
    const whole = good()
    for (let length = 0; length < whole.length; length++) {
      expect(channel('server').open(whole.subarray(0, length)).outcome).toBe('refused')
    }
  })

  test('a type that nobody has defined, though authentic', () => {
    const { uplink } = keysOf(VECTOR)
    const header = concatOctets(Uint8Array.of(1, 9), fromHex(VECTOR.sessionId), uint64(0n))
    const nonce = concatOctets(uplink.salt.reveal(), uint64(0n))
    const sealed = aeadSeal({ key: uplink.key, nonce, associatedData: header }, utf8('x'))
    expect(channel('server').open(concatOctets(header, sealed))).toEqual({
      outcome: 'refused',
      reason: 'type',
    })
  })
})

describe('limits', () => {
  test('the largest record', () => {
    const content = new Uint8Array(MAX_RECORD_OCTETS - RECORD_OVERHEAD)
    const record = channel('client').seal('relay', content)
    expect(record).toHaveLength(MAX_RECORD_OCTETS)
    expect(channel('server').open(record).outcome).toBe('record')
  })

  test('one octet more is our own mistake, and costs no sequence number', () => {
    const client = channel('client')
    const content = new Uint8Array(MAX_RECORD_OCTETS - RECORD_OVERHEAD + 1)
    expect(() => client.seal('relay', content)).toThrow(RangeError)
    expect(channel('server').open(client.seal('ping', new Uint8Array(1))).outcome).toBe('record')
  })
})

test('wiping overwrites the keys and closes', () => {
  const keys = keysOf(VECTOR)
  const client = createRecordChannel({ side: 'client', sessionId: VECTOR.sessionId, keys })
  expect(client.isClosed).toBe(false)
  client.wipe()
  client.wipe()
  expect(client.isClosed).toBe(true)
  const { uplink, downlink } = keys
  const left = [uplink.key, uplink.salt, downlink.key, downlink.salt].map((key) => key.reveal())
  expect(left.every((octets) => octets.every((octet) => octet === 0))).toBe(true)
})

test('the sequence counts on through its octets, on both sides', () => {
  const client = channel('client')
  const server = channel('server')
  for (let n = 0n; n < 66_000n; n++) {
    const record = client.seal('ping', new Uint8Array(1))
    const sequence = new DataView(record.buffer, record.byteOffset + 18).getBigUint64(0)
    const { outcome } = server.open(record)
    if (sequence !== n || outcome !== 'record') expect([n, sequence, outcome]).toBeUndefined()
  }
})
