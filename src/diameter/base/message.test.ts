import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../octets/octets.ts'
import { expectEachTruncationRefused, failureOf } from './diameter.fixture.ts'
import { DiameterFailure } from './diameter-failure.ts'
import {
  type DiameterMessage,
  decodeHeader,
  decodeMessage,
  encodeMessage,
  MAX_MESSAGE_OCTETS,
  messageLength,
} from './message.ts'

const SEED = { seed: 20260101, numRuns: 300 }
const HEADER = '01000020' + 'c000012f' + '01000005' + '00000001' + 'fffffffe'
const ORIGIN_HOST = '000001084000000b612e6200'
const MESSAGE: DiameterMessage = {
  commandCode: 303,
  applicationId: 16_777_221,
  request: true,
  proxiable: true,
  error: false,
  retransmitted: false,
  hopByHop: 1,
  endToEnd: 0xfffffffe,
  avps: [{ code: 264, vendorId: 0, mandatory: true, data: fromHex('612e62') }],
}

describe('messages as octets (RFC 6733 3)', () => {
  test('version, length, flags, command, application, identifiers, AVPs', () => {
    expect(toHex(encodeMessage(MESSAGE))).toBe(HEADER + ORIGIN_HOST)
    expect(decodeMessage(fromHex(HEADER + ORIGIN_HOST))).toEqual(MESSAGE)
    expect(messageLength(fromHex(HEADER))).toBe(32)
  })

  test.each([
    ['request', 0x80],
    ['proxiable', 0x40],
    ['error', 0x20],
    ['retransmitted', 0x10],
  ] as const)('the flag %s', (flag, bit) => {
    const none = { request: false, proxiable: false, error: false, retransmitted: false }
    const octets = encodeMessage({ ...MESSAGE, ...none, [flag]: true })
    expect(octets[4]).toBe(bit)
    expect(decodeHeader(octets)).toMatchObject({ ...none, [flag]: true })
  })

  test('reserved flags are not looked at', () => {
    const octets = fromHex(HEADER + ORIGIN_HOST)
    octets[4] = 0xcf
    expect(decodeMessage(octets)).toEqual(MESSAGE)
  })

  test('a message over 64 KiB is not written', () => {
    const data = new Uint8Array(MAX_MESSAGE_OCTETS - 28)
    const avp = { code: 400, vendorId: 0, mandatory: true, data }
    expect(encodeMessage({ ...MESSAGE, avps: [avp] })).toHaveLength(MAX_MESSAGE_OCTETS)
    const more = { ...MESSAGE, avps: [{ ...avp, data: new Uint8Array(data.length + 1) }] }
    expect(() => encodeMessage(more)).toThrow(RangeError)
  })
})

describe('what is no message', () => {
  test('every truncation, and octets after it', () => {
    const octets = fromHex(HEADER + ORIGIN_HOST)
    expectEachTruncationRefused(octets, decodeMessage)
    const failure = failureOf(() => decodeMessage(fromHex(`${HEADER}${ORIGIN_HOST}00000000`)))
    expect(failure.resultCode).toBe(5015)
  })

  test.each([
    ['another version', '02000014', 5011],
    ['no octet', '', 5011],
    ['length 0', '01000000', 5015],
    ['less than a header', '01000010', 5015],
    ['no multiple of four', '01000015', 5015],
    ['over 64 KiB', '01010004', 5015],
    ['16 MB', '01ffffff', 5015],
  ])('%s', (_case, hex, resultCode) => {
    expect(failureOf(() => messageLength(fromHex(hex))).resultCode).toBe(resultCode)
  })

  test('a request with the E flag is 3008', () => {
    const octets = fromHex(HEADER + ORIGIN_HOST)
    octets[4] = 0xe0
    expect(failureOf(() => decodeMessage(octets)).resultCode).toBe(3008)
  })

  test('wrong AVPs are the failure of the AVPs', () => {
    const octets = fromHex(`${HEADER}0000010840000007612e6200`)
    expect(failureOf(() => decodeMessage(octets)).resultCode).toBe(5014)
  })

  test('random octets, and a message with some changed, are a message or a failure', () => {
    const whole = encodeMessage(MESSAGE)
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 })
    const altered = changes.map((all) => {
      const octets = whole.slice()
      for (const [at, value] of all) octets[at] = value
      return octets
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), altered), (octets) => {
        try {
          expect(decodeMessage(octets).avps.length).toBeLessThanOrEqual(octets.length / 8)
        } catch (error) {
          expect(error).toBeInstanceOf(DiameterFailure)
        }
      }),
      { ...SEED, numRuns: 3_000 },
    )
  })
})
