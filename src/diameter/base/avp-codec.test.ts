import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../octets/octets.ts'
import type { Avp } from './avp.ts'
import { decodeAvps, decodeReadableAvps, encodeAvps, MAX_AVPS, octetsOfAvps } from './avp-codec.ts'
import { failureOf } from './diameter.fixture.ts'
import { DiameterFailure } from './diameter-failure.ts'

const SEED = { seed: 20260101, numRuns: 300 }
const NO_OCTETS = new Uint8Array(0)
/** Origin-Host "a.b" and GBA_U-Awareness-Indicator YES. */
const TWO = '000001084000000b612e6200' + '00000197c0000010000028af00000001'

const avp = (changes: Partial<Avp> = {}): Avp => ({
  code: 264,
  vendorId: 0,
  mandatory: true,
  data: NO_OCTETS,
  ...changes,
})

describe('AVPs as octets (RFC 6733 4.1)', () => {
  test('code, flags, length without padding, vendor, data, padding', () => {
    const avps = [
      avp({ data: fromHex('612e62') }),
      avp({ code: 407, vendorId: 10415, data: fromHex('00000001') }),
    ]
    expect(toHex(encodeAvps(avps))).toBe(TWO)
    expect(octetsOfAvps(avps)).toBe(TWO.length / 2)
    expect(decodeAvps(fromHex(TWO))).toEqual(avps)
  })

  test('an optional AVP has no M flag, and no AVPs are no octets', () => {
    expect(toHex(encodeAvps([avp({ mandatory: false })]))).toBe('0000010800000008')
    expect(encodeAvps([])).toEqual(NO_OCTETS)
    expect(decodeAvps(NO_OCTETS)).toEqual([])
  })

  test('whatever is written is read back', () => {
    const anyAvp = fc.record({
      code: fc.integer({ min: 0, max: 0xffffffff }),
      vendorId: fc.integer({ min: 0, max: 0xffffffff }),
      mandatory: fc.boolean(),
      data: fc.uint8Array({ maxLength: 40 }),
    })
    fc.assert(
      fc.property(fc.array(anyAvp, { maxLength: 9 }), (avps) => {
        expect(decodeAvps(encodeAvps(avps))).toEqual(avps)
      }),
      SEED,
    )
  })

  test('the P flag and the octets of padding are not looked at; vendor 0 is the IETF', () => {
    expect(decodeAvps(fromHex('000001086000000961ffffff'))).toEqual([avp({ data: fromHex('61') })])
    expect(decodeAvps(fromHex('00000108c000000c00000000'))).toEqual([avp()])
  })

  test('an AVP too long for its length field is not written', () => {
    expect(() => encodeAvps([avp({ data: new Uint8Array(0xfffff8) })])).toThrow(RangeError)
  })
})

describe('what is no list of AVPs', () => {
  test('every truncation is 5014, with the header of the AVP as far as it is there', () => {
    const octets = fromHex(TWO)
    for (let length = 1; length < octets.length; length++) {
      if (length === 12) continue
      const failure = failureOf(() => decodeAvps(octets.subarray(0, length)))
      expect(failure.resultCode).toBe(5014)
      expect(failure.failedAvp?.data).toHaveLength(0)
      if (length >= 16) expect(failure.failedAvp?.code).toBe(407)
    }
  })

  test.each([
    ['zero', '0000010840000000'],
    ['below its header', '0000010840000007'],
    ['below its header with a vendor', '000001978000000b00000000'],
    ['beyond the message', '0000010840000010'],
    ['as long as the field allows', '0000010840ffffff'],
    ['without padding', '000001084000000961'],
  ])('a length that is %s is 5014', (_case, hex) => {
    expect(failureOf(() => decodeAvps(fromHex(hex)))).toMatchObject({
      resultCode: 5014,
      reason: 'impossible length',
      failedAvp: { data: NO_OCTETS },
    })
  })

  test.each(['01', '08', '10', '1f'])('the undefined flags %s are 3009', (flags) => {
    const failure = failureOf(() => decodeAvps(fromHex(`00000108${flags}00000c00000001`)))
    expect(failure).toMatchObject({ resultCode: 3009, failedAvp: { code: 264 } })
  })

  test('more AVPs than the limit are 5012', () => {
    const most = Array.from({ length: MAX_AVPS }, () => avp())
    expect(decodeAvps(encodeAvps(most))).toHaveLength(MAX_AVPS)
    const failure = failureOf(() => decodeAvps(encodeAvps([...most, avp()])))
    expect(failure.resultCode).toBe(5012)
  })

  test('random octets are AVPs or a failure, and what is readable before it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        const readable = decodeReadableAvps(octets)
        try {
          expect(decodeAvps(octets)).toEqual(readable)
        } catch (error) {
          expect(error).toBeInstanceOf(DiameterFailure)
        }
      }),
      { ...SEED, numRuns: 2_000 },
    )
    expect(decodeReadableAvps(fromHex(`${TWO}0000010840000007`))).toHaveLength(2)
  })
})
