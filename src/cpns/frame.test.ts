import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { concatOctets, fromHex, toHex, utf8 } from '../octets/octets.ts'
import { classifyFrame, frameOf, isHandshake } from './frame.ts'
import { HANDSHAKE_VECTORS, vectorOf } from './handshake-vectors.fixture.ts'
import { MAX_RECORD_OCTETS } from './record.ts'

describe.each(HANDSHAKE_VECTORS)('vector $id', ({ messages, sessionId, ...vector }) => {
  test('frames are told apart', () => {
    expect(classifyFrame(utf8(messages.connectRequest))).toEqual({ kind: 'handshake' })
    const request = classifyFrame(fromHex(vector.attachRequest))
    expect(request).toEqual({ kind: 'attach-request', sessionId })
    const answer = classifyFrame(fromHex(vector.attachAnswer))
    expect(answer).toEqual({ kind: 'attach-answer', sessionId })
    for (const { record } of vector.records) {
      expect(classifyFrame(fromHex(record))).toEqual({ kind: 'record', sessionId })
    }
  })
})

const { attachRequest, attachAnswer, records } = vectorOf('HMAC-SHA-256')

describe('what is no frame', () => {
  test.each([attachRequest, attachAnswer, records[0]?.record as string])(
    '%s cut anywhere',
    (hex) => {
      const whole = fromHex(hex)
      /** A record may be longer than this one, but not shorter than an empty one. */
      const shortest = whole.length === 43 ? 42 : whole.length
      for (let length = 0; length < shortest; length++) {
        expect(() => classifyFrame(whole.subarray(0, length))).toThrow('frame: truncated')
      }
    },
  )

  test.each([attachRequest, attachAnswer])('%s with an octet behind it', (hex) => {
    const longer = concatOctets(fromHex(hex), Uint8Array.of(0))
    expect(() => classifyFrame(longer)).toThrow('frame: too long')
  })

  test('a record over 1 MiB', () => {
    const frame = new Uint8Array(MAX_RECORD_OCTETS + 1)
    frame.set([1, 1])
    expect(() => classifyFrame(frame)).toThrow('frame: too long')
    expect(classifyFrame(frame.subarray(0, MAX_RECORD_OCTETS)).kind).toBe('record')
  })

  test('another version', () => {
    expect(() => classifyFrame(new Uint8Array(100))).toThrow('frame: unknown version')
    expect(() => classifyFrame(utf8('{"json":1}'))).toThrow('frame: unknown version')
    expect(() => classifyFrame(utf8('\ufeff<a/>'))).toThrow('frame: unknown version')
  })
})

test('whatever comes, it is a frame or refused as InvalidMessage', () => {
  const begin = fc.constantFrom([], [1], [1, 0], [1, 0x80], [1, 1], [0x3c])
  const frames = fc
    .tuple(begin, fc.uint8Array({ maxLength: 60 }))
    .map(([start, rest]) => concatOctets(Uint8Array.from(start), rest))
  fc.assert(
    fc.property(frames, (octets) => {
      try {
        const frame = classifyFrame(octets)
        if (frame.kind === 'handshake') expect(octets[0]).toBe(0x3c)
        else expect(frame.sessionId).toBe(toHex(octets.subarray(2, 18)))
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidMessage)
      }
    }),
    { seed: 8, numRuns: 1000 },
  )
})

test('handshake messages travel as text, everything else as binary', () => {
  const text = utf8('<a/>')
  expect(frameOf(text)).toEqual({ kind: 'text', octets: text })
  expect(frameOf(fromHex(attachRequest)).kind).toBe('binary')
  expect(frameOf(new Uint8Array(0)).kind).toBe('binary')
})

test('a handshake message is known by its first octet', () => {
  expect([utf8('<a/>'), fromHex('3c')].map(isHandshake)).toEqual([true, true])
  expect([new Uint8Array(0), fromHex('01'), utf8(' <a/>')].map(isHandshake)).toEqual([
    false,
    false,
    false,
  ])
})
