import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { concatOctets, fromHex, lengthPrefixed, toHex, uint16, utf8 } from '../octets/octets.ts'
import { MAX_MESSAGE_OCTETS } from './messages.ts'
import {
  decodeCloseContent,
  decodeMessageContent,
  decodePing,
  decodeRelayContent,
  encodeCloseContent,
  encodeMessageContent,
  encodePing,
  encodeRelayContent,
  MAX_PAYLOAD_OCTETS,
  xmlOfMessageContent,
} from './record-content.ts'

const pne = parseEntityId('urn:p')
const NOTHING = new Uint8Array(0)

describe('message: length(2), XML, payload', () => {
  test('octets', () => {
    const content = { xml: utf8('<a/>'), payload: utf8('hi') }
    expect(toHex(encodeMessageContent(content))).toBe('00043c612f3e6869')
    expect(decodeMessageContent(fromHex('00043c612f3e6869'))).toEqual(content)
  })

  test('round trip', () => {
    const contents = fc.record({
      xml: fc.uint8Array({ maxLength: 200 }),
      payload: fc.uint8Array({ maxLength: 200 }),
    })
    fc.assert(
      fc.property(contents, (content) => {
        expect(decodeMessageContent(encodeMessageContent(content))).toEqual(content)
      }),
      { seed: 9, numRuns: 200 },
    )
  })

  test('cut anywhere before the payload', () => {
    const whole = encodeMessageContent({ xml: utf8('<a/>'), payload: NOTHING })
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeMessageContent(whole.subarray(0, length))).toThrow(InvalidMessage)
    }
  })

  test('the XML of what is refused, if it is whole', () => {
    const tooMuch = concatOctets(lengthPrefixed(utf8('<a/>')), new Uint8Array(65_537))
    expect(xmlOfMessageContent(tooMuch)).toEqual(utf8('<a/>'))
    expect(xmlOfMessageContent(Uint8Array.of(0, 5, 60))).toBeUndefined()
    expect(xmlOfMessageContent(Uint8Array.of(0))).toBeUndefined()
  })

  test('limits: XML of 4 KiB, payload of 64 KiB', () => {
    const full = {
      xml: new Uint8Array(MAX_MESSAGE_OCTETS),
      payload: new Uint8Array(MAX_PAYLOAD_OCTETS),
    }
    const octets = encodeMessageContent(full)
    expect(decodeMessageContent(octets)).toEqual(full)
    const more = concatOctets(octets, Uint8Array.of(0))
    expect(() => decodeMessageContent(more)).toThrow('payload: over 64 KiB')
    const longer = concatOctets(uint16(MAX_MESSAGE_OCTETS + 1), new Uint8Array(5000))
    expect(() => decodeMessageContent(longer)).toThrow('XML: over 4 KiB')
    expect(() => encodeMessageContent({ ...full, xml: new Uint8Array(4097) })).toThrow(RangeError)
    expect(() => encodeMessageContent({ ...full, payload: new Uint8Array(65_537) })).toThrow(
      RangeError,
    )
  })
})

describe('relay: length(1), EntityID of the PNE, octets', () => {
  const content = { entityId: pne, octets: utf8('<a/>') }

  test('octets', () => {
    expect(toHex(encodeRelayContent(content))).toBe('0575726e3a703c612f3e')
    expect(decodeRelayContent(fromHex('0575726e3a703c612f3e'))).toEqual(content)
  })

  test('an EntityID of 255 octets, in UTF-8', () => {
    const long = { entityId: parseEntityId(`u:${'é'.repeat(126)}x`), octets: Uint8Array.of(1) }
    expect(decodeRelayContent(encodeRelayContent(long))).toEqual(long)
  })

  test('cut anywhere before the second of the relayed octets', () => {
    const whole = encodeRelayContent({ entityId: pne, octets: Uint8Array.of(0x3c) })
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeRelayContent(whole.subarray(0, length))).toThrow(InvalidMessage)
    }
  })

  test('an EntityID that is none', () => {
    expect(() => decodeRelayContent(fromHex('003c'))).toThrow(/^EntityID: /)
    expect(() => decodeRelayContent(fromHex('01783c'))).toThrow(/^EntityID: /)
    expect(() => decodeRelayContent(fromHex('02fffe3c'))).toThrow(/^EntityID: /)
  })

  test('our own mistakes', () => {
    expect(() => encodeRelayContent({ ...content, octets: NOTHING })).toThrow(RangeError)
    const entityId = `urn:${'x'.repeat(252)}` as typeof pne
    expect(() => encodeRelayContent({ ...content, entityId })).toThrow(RangeError)
  })
})

describe('ping: one octet', () => {
  test('00 asks, 01 answers', () => {
    expect(toHex(encodePing('request'))).toBe('00')
    expect(toHex(encodePing('answer'))).toBe('01')
    expect(decodePing(Uint8Array.of(0))).toBe('request')
    expect(decodePing(Uint8Array.of(1))).toBe('answer')
  })

  test.each(['', '02', 'ff', '0000'])('%j is none', (hex) => {
    expect(() => decodePing(fromHex(hex))).toThrow(InvalidMessage)
  })
})

describe('close: a status in two octets', () => {
  test('410', () => {
    expect(toHex(encodeCloseContent(410))).toBe('019a')
    expect(decodeCloseContent(fromHex('019a'))).toBe(410)
  })

  test.each(['', '01', '019a00', '0000', '00c9'])('%j is none', (hex) => {
    expect(() => decodeCloseContent(fromHex(hex))).toThrow(InvalidMessage)
  })
})
