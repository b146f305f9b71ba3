import { readFileSync } from 'node:fs'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseBtid } from '../identity/btid.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { decodeBootstrappingInfo, encodeBootstrappingInfo } from './bootstrapping-info.ts'
import { WORKED } from './gba-facts.fixture.ts'

const INFO = { btid: parseBtid(WORKED.btid), expiresAtMs: Date.UTC(2026, 10, 24, 10) }
const XSD = readFileSync(new URL('../../test/vectors/bootstrapping-info.xsd', import.meta.url))

const BTID = `<btid>${WORKED.btid}</btid>`
const LIFETIME = '<lifetime>2026-11-24T10:00:00Z</lifetime>'
const root = (content: string): string =>
  `<BootstrappingInfo xmlns="uri:3gpp-gba">${content}</BootstrappingInfo>`

describe('BootstrappingInfo, TS 24.109 C.1', () => {
  test('is written as GBA facts 6 show it', () => {
    expect(fromUtf8(encodeBootstrappingInfo(INFO))).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<BootstrappingInfo xmlns="uri:3gpp-gba">' +
        '<btid>I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org</btid>' +
        '<lifetime>2026-11-24T10:00:00Z</lifetime></BootstrappingInfo>',
    )
  })

  test.each([INFO, { ...INFO, currentTimeMs: INFO.expiresAtMs - 3_600_000 }])(
    'is valid and reads back: %j',
    (info) => {
      const octets = encodeBootstrappingInfo(info)
      using schema = XmlDocument.fromBuffer(XSD)
      using validator = XsdValidator.fromDoc(schema)
      using document = XmlDocument.fromBuffer(octets)
      expect(() => validator.validate(document)).not.toThrow()
      expect(decodeBootstrappingInfo(octets)).toEqual(info)
    },
  )

  test('unknown elements and attributes, prefixes and white space are accepted', () => {
    const xml = `<g:BootstrappingInfo xmlns:g="uri:3gpp-gba" version="2">
      <g:btid>${WORKED.btid}</g:btid>
      <g:lifetime> 2026-11-24T10:00:00.000Z </g:lifetime>
      <g:Extension><btid xmlns="urn:other"/><g:currenttime>2026-11-23T10:00:00Z</g:currenttime>
      </g:Extension><new xmlns="urn:other"/></g:BootstrappingInfo>`
    expect(decodeBootstrappingInfo(utf8(xml))).toEqual({
      ...INFO,
      currentTimeMs: Date.UTC(2026, 10, 23, 10),
    })
  })

  test.each([
    ['', 'XML'],
    [`<BootstrappingInfo>${BTID}${LIFETIME}</BootstrappingInfo>`, 'BootstrappingInfo'],
    ['<other xmlns="uri:3gpp-gba"/>', 'BootstrappingInfo'],
    [root(LIFETIME), 'btid'],
    [root(BTID + BTID + LIFETIME), 'btid'],
    [root(`<btid>x</btid>${LIFETIME}`), 'btid'],
    [root(BTID), 'lifetime'],
    [root(BTID + LIFETIME + LIFETIME), 'lifetime'],
    [root(`${BTID}<lifetime>soon</lifetime>`), 'lifetime'],
    [root(`${BTID}${LIFETIME}<Extension><currenttime/></Extension>`), 'currenttime'],
    [`<!DOCTYPE x>${root(BTID + LIFETIME)}`, 'XML'],
    [root(BTID + LIFETIME + ' '.repeat(16_384)), 'XML'],
  ])('%s is refused, naming %s', (xml, field) => {
    expect(() => decodeBootstrappingInfo(utf8(xml))).toThrow(
      expect.objectContaining({ code: 'invalid-message', field }),
    )
  })

  test('every truncation is refused', () => {
    const octets = encodeBootstrappingInfo(INFO)
    for (let length = 0; length < octets.length; length++) {
      expect(() => decodeBootstrappingInfo(octets.subarray(0, length))).toThrow(InvalidMessage)
    }
  })
})
