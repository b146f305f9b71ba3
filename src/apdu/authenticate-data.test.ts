import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex, utf8 } from '../octets/octets.ts'
import {
  decodeChallenge,
  decodeGbaCommand,
  decodeGbaResponse,
  decodeGsmChallenge,
  decodeGsmSuccess,
  decodeUmtsResponse,
  encodeChallenge,
  encodeGbaCommand,
  encodeGbaSuccess,
  encodeGsmChallenge,
  encodeGsmSuccess,
  encodeSyncFailure,
  encodeUmtsSuccess,
} from './authenticate-data.ts'
import { expectNoPrefixDecodes, expectNoTrailingOctet } from './truncation.fixture.ts'

const rand = fromHex('23553cbe9637a89d218ae64dae47bf35')
const autn = fromHex('aa689c6483d0000020c9c75be1677c8b')
const auts = fromHex('451e8beca03b87423afbed548cbd')
const ck = fromHex('b40ba9a3c58b2a05bbf0d987b21bf8cb')
const ik = fromHex('f769bcd751044604127672711c6d3441')
const res = fromHex('a54211d5e3ba50bf')
const kc = fromHex('eae4be823af9a08b')
const nafId = Uint8Array.of(...utf8('cpns.example.org'), ...fromHex('ff43504e53'))
const impi = utf8('001010123456789@ims.mnc001.mcc001.3gppnetwork.org')

function expectStrict(octets: Uint8Array, decode: (octets: Uint8Array) => unknown): void {
  expectNoPrefixDecodes(octets, decode)
  expectNoTrailingOctet(octets, decode)
}

describe('commands', () => {
  test('3G: 10 RAND 10 AUTN', () => {
    const octets = encodeChallenge({ rand, autn })
    expect(toHex(octets)).toBe(`10${toHex(rand)}10${toHex(autn)}`)
    expect(decodeChallenge(octets)).toEqual({ rand, autn })
    expectStrict(octets, decodeChallenge)
  })

  test('GSM: 10 RAND', () => {
    const octets = encodeGsmChallenge(rand)
    expect(toHex(octets)).toBe(`10${toHex(rand)}`)
    expect(decodeGsmChallenge(octets)).toEqual(rand)
    expectStrict(octets, decodeGsmChallenge)
  })

  test('GBA bootstrapping: DD 10 RAND 10 AUTN*, Lc 23', () => {
    const octets = encodeGbaCommand({ mode: 'bootstrapping', rand, autn })
    expect(toHex(octets)).toBe(`dd10${toHex(rand)}10${toHex(autn)}`)
    expect(octets).toHaveLength(0x23)
    expect(decodeGbaCommand(octets)).toEqual({ mode: 'bootstrapping', rand, autn })
    expectStrict(octets, decodeGbaCommand)
  })

  test('GBA NAF derivation: DE L NAF_Id L IMPI', () => {
    const octets = encodeGbaCommand({ mode: 'naf-derivation', nafId, impi })
    expect(toHex(octets)).toBe(`de15${toHex(nafId)}31${toHex(impi)}`)
    expect(decodeGbaCommand(octets)).toEqual({ mode: 'naf-derivation', nafId, impi })
    expectStrict(octets, decodeGbaCommand)
  })

  test('NAF_Id and IMPI fill one APDU at 252 octets', () => {
    const command = { mode: 'naf-derivation', nafId: new Uint8Array(200) } as const
    const full = encodeGbaCommand({ ...command, impi: new Uint8Array(52) })
    expect(full).toHaveLength(255)
    expect(() => encodeGbaCommand({ ...command, impi: new Uint8Array(53) })).toThrow(RangeError)
  })

  test.each([
    ['another tag', `df10${toHex(rand)}10${toHex(autn)}`, 'GBA tag'],
    ['RAND of 15 octets', `dd0f${toHex(rand.subarray(1))}10${toHex(autn)}`, 'RAND'],
    ['AUTN of 17 octets', `dd10${toHex(rand)}11${toHex(autn)}00`, 'AUTN'],
  ])('%s is refused', (_name, hex, field) => {
    expect(() => decodeGbaCommand(fromHex(hex))).toThrow(field)
  })
})

describe('responses', () => {
  test('3G success, with and without Kc', () => {
    const without = encodeUmtsSuccess({ res, ck, ik })
    expect(toHex(without)).toBe(`db08${toHex(res)}10${toHex(ck)}10${toHex(ik)}`)
    expect(decodeUmtsResponse(without)).toEqual({ outcome: 'success', res, ck, ik })
    expectStrict(without, decodeUmtsResponse)
    const withKc = encodeUmtsSuccess({ res, ck, ik, kc })
    expect(toHex(withKc)).toBe(`${toHex(without)}08${toHex(kc)}`)
    expect(decodeUmtsResponse(withKc)).toEqual({ outcome: 'success', res, ck, ik, kc })
    expectNoTrailingOctet(withKc, decodeUmtsResponse)
    expect(() => decodeUmtsResponse(withKc.subarray(0, -1))).toThrow(InvalidMessage)
  })

  test('GBA success: DB L value', () => {
    const octets = encodeGbaSuccess(ck)
    expect(toHex(octets)).toBe(`db10${toHex(ck)}`)
    expect(decodeGbaResponse(octets)).toEqual({ outcome: 'success', value: ck })
    expectStrict(octets, decodeGbaResponse)
  })

  test('synchronisation failure: DC 0E AUTS, in both contexts', () => {
    const octets = encodeSyncFailure(auts)
    expect(toHex(octets)).toBe(`dc0e${toHex(auts)}`)
    for (const decode of [decodeUmtsResponse, decodeGbaResponse]) {
      expect(decode(octets)).toEqual({ outcome: 'sync-failure', auts })
      expectStrict(octets, decode)
      expect(() => decode(fromHex(`dc0d${toHex(auts.subarray(1))}`))).toThrow('AUTS')
      expect(() => decode(fromHex('da00'))).toThrow('response tag')
    }
  })

  test('GSM: 04 SRES 08 Kc', () => {
    const success = { sres: fromHex('46f8416a'), kc }
    const octets = encodeGsmSuccess(success)
    expect(toHex(octets)).toBe(`0446f8416a08${toHex(kc)}`)
    expect(decodeGsmSuccess(octets)).toEqual(success)
    expectStrict(octets, decodeGsmSuccess)
  })

  test('a value that needs two length octets is our own misuse', () => {
    expect(() => encodeGbaSuccess(new Uint8Array(256))).toThrow(RangeError)
  })
})
