import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { concatOctets, lengthPrefixed, utf8 } from '../octets/octets.ts'
import { parseClientHello, parsePskClientKeyExchange } from './psk-client-hello.ts'
import { extension, helloBody, serverNameExtension } from './psk-hello.fixture.ts'

const FULL = helloBody({
  versions: [0x0a0a, 0x0304, 0x0303],
  serverName: 'naf.example.org',
  identities: ['one', 'two'],
})

describe('ClientHello, RFC 8446 4.1.2', () => {
  test('versions, server name and identities', () => {
    expect(parseClientHello(FULL)).toEqual({
      offersTls13: true,
      offersTls12: true,
      serverName: 'naf.example.org',
      identities: ['one', 'two'],
    })
  })

  test('one of TLS 1.2 needs no extension at all', () => {
    const body = helloBody()
    const expected = { offersTls13: false, offersTls12: true, identities: [] }
    expect(parseClientHello(body)).toEqual(expected)
    expect(parseClientHello(body.subarray(0, body.length - 2))).toEqual(expected)
  })

  test('supported_versions counts, and not legacy_version', () => {
    const hello = parseClientHello(helloBody({ versions: [0x0304] }))
    expect(hello).toMatchObject({ offersTls13: true, offersTls12: false })
  })

  test('an identity that is no text is left out, the others stay', () => {
    const identities = [Uint8Array.of(0xff, 0), 'with space', 'good']
    expect(parseClientHello(helloBody({ identities })).identities).toEqual(['good'])
  })

  test('a name that is no host_name is passed over', () => {
    const other = lengthPrefixed(concatOctets(Uint8Array.of(7), lengthPrefixed(utf8('x'))))
    const body = helloBody({ extensions: [extension(0, other)] })
    expect(parseClientHello(body).serverName).toBeUndefined()
  })

  test('every truncation is refused', () => {
    for (let length = 0; length < FULL.length; length += 1) {
      // All extensions may be missing.
      if (length === FULL.length - extensionsLength(FULL)) continue
      expect(() => parseClientHello(FULL.subarray(0, length)), `${length}`).toThrow(InvalidMessage)
    }
  })

  test('trailing octets are refused', () => {
    expect(() => parseClientHello(concatOctets(FULL, Uint8Array.of(0)))).toThrow(/trailing/)
  })

  test.each([
    ['an extension twice', { extensions: [extension(9, utf8('')), extension(9, utf8(''))] }],
    ['pre_shared_key not last', { identities: ['a'], late: [extension(9, utf8(''))] }],
    ['no identity', { identities: [] }],
    ['an empty identity', { identities: [''] }],
    ['fewer binders than identities', { identities: ['a', 'b'], binders: [32] }],
    ['more binders than identities', { identities: ['a'], binders: [32, 32] }],
    ['a short binder', { identities: ['a'], binders: [31] }],
    ['no version', { versions: [] }],
    ['half a version', { extensions: [extension(43, Uint8Array.of(1, 3))] }],
    ['two host names', { extensions: [serverNameExtension('a', 'b')] }],
    ['a host name that is no text', { extensions: [serverNameExtension('é')] }],
  ])('%s is refused', (_name, parts) => {
    expect(() => parseClientHello(helloBody(parts))).toThrow(InvalidMessage)
  })

  test.each([
    ['session id over 32 octets', 34, 33],
    ['no suite', 36, 0],
    ['half a suite', 36, 3],
  ])('%s is refused', (_name, at, value) => {
    const body = new Uint8Array(helloBody())
    body[at] = value
    expect(() => parseClientHello(body)).toThrow(InvalidMessage)
  })

  test('changed octets give a hello or a named error, nothing else', () => {
    const change = fc.array(fc.tuple(fc.nat(FULL.length - 1), fc.nat(255)), { maxLength: 6 })
    const property = fc.property(change, (changes) => {
      const body = new Uint8Array(FULL)
      for (const [at, value] of changes) body[at] = value
      expect(isTotal(() => parseClientHello(body))).toBe(true)
    })
    fc.assert(property, { numRuns: 2_000, seed: 5 })
  })
})

describe('ClientKeyExchange, RFC 4279 2', () => {
  test('holds the identity', () => {
    expect(parsePskClientKeyExchange(lengthPrefixed(utf8('me')))).toBe('me')
  })

  test.each([
    ['empty', ''],
    ['with a control character', 'a\u0000b'],
    ['not ASCII', 'é'],
  ])('an identity that is %s is none', (_name, identity) => {
    expect(parsePskClientKeyExchange(lengthPrefixed(utf8(identity)))).toBeUndefined()
  })

  test('truncated or trailing octets are refused', () => {
    const whole = lengthPrefixed(utf8('me'))
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parsePskClientKeyExchange(whole.subarray(0, length))).toThrow(/truncated/)
    }
    const longer = concatOctets(whole, Uint8Array.of(0))
    expect(() => parsePskClientKeyExchange(longer)).toThrow(/trailing/)
  })
})

function extensionsLength(body: Uint8Array): number {
  return body.length - (2 + 32 + 1 + 6 + 2)
}

function isTotal(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch (error) {
    return error instanceof InvalidMessage
  }
}
