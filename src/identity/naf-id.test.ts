import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import { parseFqdn } from './fqdn.ts'
import {
  decodeNafId,
  encodeNafId,
  parseUaId,
  UA_ID_CPNS,
  UA_ID_HTTP_DIGEST,
  UA_ID_PSK_TLS_1_3,
  uaIdOfTls,
} from './naf-id.ts'

const NAF_ID = `${toHex(utf8('cpns.example.org'))}ff43504e53`

describe('NAF_Id, TS 33.220 H.1', () => {
  test('is the domain name and five octets', () => {
    const nafId = { nafFqdn: parseFqdn('cpns.example.org'), uaId: UA_ID_CPNS }
    expect(toHex(encodeNafId(nafId))).toBe(NAF_ID)
    expect(decodeNafId(fromHex(NAF_ID))).toEqual(nafId)
  })

  test('needs a name before the five octets: refused at every truncation to that point', () => {
    for (let length = 0; length <= 5; length++)
      expect(() => decodeNafId(fromHex(NAF_ID).subarray(0, length))).toThrow(
        new InvalidMessage('truncated', 'NAF_Id'),
      )
  })

  test('needs a domain name in UTF-8', () => {
    expect(() => decodeNafId(fromHex('ff43504e53ff43504e53'))).toThrow('NAF_Id: not UTF-8')
    expect(() => decodeNafId(fromHex('2e43504e53ff43504e53'))).toThrow('NAF_Id: not a domain name')
  })
})

describe('Ua security protocol identifiers, TS 33.220 H.3', () => {
  test('those of the design', () => {
    expect([UA_ID_CPNS, UA_ID_HTTP_DIGEST, UA_ID_PSK_TLS_1_3]).toEqual([
      'ff43504e53',
      '0100000002',
      '0100000007',
    ])
  })

  test('of TLS: the middle octet 01 is not mixed with the cipher suite', () => {
    expect([uaIdOfTls(0xc02f), uaIdOfTls(0x00a8), uaIdOfTls(0)]).toEqual([
      '010001c02f',
      '01000100a8',
      '0100010000',
    ])
    for (const suite of [-1, 0x10000, 1.5]) expect(() => uaIdOfTls(suite)).toThrow(RangeError)
  })

  test('are read in either case', () => {
    expect(parseUaId('FF43504E53')).toBe(UA_ID_CPNS)
    for (const bad of ['', 'ff43504e5', 'ff43504e5300', 'ff43504e5g', 'ff43504e53\n'])
      expect(() => parseUaId(bad)).toThrow(new InvalidMessage('not 10 hex digits', 'UaID'))
  })
})
