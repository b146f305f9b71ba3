import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { fromHex, toHex } from '../../octets/octets.ts'
import { expectEachAvpGuarded } from '../base/avp-guard.fixture.ts'
import { readAnswer, readRequest, writeAnswer, writeRequest } from '../base/command.ts'
import { expectEachTruncationRefused, failureOf } from '../base/diameter.fixture.ts'
import { DiameterFailure } from '../base/diameter-failure.ts'
import { decodeMessage, encodeMessage } from '../base/message.ts'
import { DIGEST_AKAV1_MD5, MULTIMEDIA_AUTH, type MultimediaAuthRequest } from './multimedia-auth.ts'

const secret = (octet: number, length: number) => Secret.of(new Uint8Array(length).fill(octet))
const IDS = { hopByHop: 0x01020304, endToEnd: 0x05060708 }
const MAR = {
  sessionId: 'bsf.example.org;1;2',
  vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId: 16_777_221 },
  originHost: 'bsf.example.org',
  originRealm: 'example.org',
  destinationRealm: 'home.example',
  authSessionState: 'NO_STATE_MAINTAINED',
  userName: '001010123456789@ims.mnc001.mcc001.3gppnetwork.org',
} as const satisfies MultimediaAuthRequest
const RESYNC: MultimediaAuthRequest = {
  ...MAR,
  authDataItem: { authenticationScheme: DIGEST_AKAV1_MD5, authorization: secret(7, 30) },
}
const request = writeRequest(MULTIMEDIA_AUTH, RESYNC, IDS)

test('command 303 of application 16777221, proxiable', () => {
  const octets = encodeMessage(writeRequest(MULTIMEDIA_AUTH, MAR, IDS))
  expect(toHex(octets.subarray(4, 20))).toBe('c000012f010000050102030405060708')
})

test('a MAR round trip', () => {
  const read = readRequest(MULTIMEDIA_AUTH, decodeMessage(encodeMessage(request)))
  expect(toHex(read.authDataItem?.authorization?.reveal() ?? new Uint8Array())).toBe(
    '07'.repeat(30),
  )
  expect({ ...read, authDataItem: undefined }).toEqual({ ...MAR, authDataItem: undefined })
})

test('SIP-Auth-Data-Item has its code, vendor 10415, and V and M flags', () => {
  const item = request.avps.find(({ code }) => code === 612)
  expect(item).toMatchObject({ vendorId: 10_415, mandatory: true })
  expect(toHex(item?.data.subarray(0, 12) ?? new Uint8Array())).toBe('00000260c000001c000028af')
})

test('a GUSS of no octets is read: the HSS has none', () => {
  const origin = { originHost: 'hss.home.example', originRealm: 'home.example' }
  const maa = writeAnswer(MULTIMEDIA_AUTH, { ...origin, resultCode: 2001, guss: '' }, request)
  expect(readAnswer(MULTIMEDIA_AUTH, decodeMessage(encodeMessage(maa))).guss).toBe('')
})

test('a MAA round trip, with vector and GUSS', () => {
  const values = {
    sessionId: MAR.sessionId,
    resultCode: 2001,
    originHost: 'hss.home.example',
    originRealm: 'home.example',
    userName: MAR.userName,
    authDataItem: {
      itemNumber: 1,
      authenticationScheme: DIGEST_AKAV1_MD5,
      authenticate: new Uint8Array(32).fill(1),
      authorization: secret(2, 8),
      confidentialityKey: secret(3, 16),
      integrityKey: secret(4, 16),
    },
    guss: '<guss id="é"/>',
  }
  const octets = encodeMessage(writeAnswer(MULTIMEDIA_AUTH, values, request))
  const read = readAnswer(MULTIMEDIA_AUTH, decodeMessage(octets))
  expect(read).toMatchObject({ resultCode: 2001, guss: '<guss id="é"/>', userName: MAR.userName })
  const { authorization, confidentialityKey, integrityKey } = read.authDataItem ?? {}
  const keys = [authorization, confidentialityKey, integrityKey].map((key) =>
    toHex(key?.reveal() ?? new Uint8Array()),
  )
  expect(keys).toEqual(['02'.repeat(8), '03'.repeat(16), '04'.repeat(16)])
})

describe('each AVP missing, doubled, oversized, of another vendor, with other flags', () => {
  test('MAR', () => {
    const read = readRequest.bind(undefined, MULTIMEDIA_AUTH)
    const optional = {
      destinationHost: 'hss.home.example',
      publicIdentity: 'sip:alice@ims.example',
      numberAuthItems: 1,
      gussTimestamp: Date.UTC(2040, 0, 1),
    }
    const message = writeRequest(MULTIMEDIA_AUTH, { ...RESYNC, ...optional }, IDS)
    const required = [263, 260, 264, 296, 283, 277]
    expectEachAvpGuarded({ message, read, required, repeated: [] })
  })

  test('MAA', () => {
    const read = readAnswer.bind(undefined, MULTIMEDIA_AUTH)
    const { sessionId, vendorSpecificApplicationId, authSessionState, userName } = MAR
    const common = { sessionId, vendorSpecificApplicationId, authSessionState, userName }
    const values = {
      ...common,
      originHost: 'hss.home.example',
      originRealm: 'home.example',
      experimentalResult: { vendorId: 10_415, experimentalResultCode: 5401 },
      errorMessage: 'none',
      failedAvp: [],
      publicIdentity: 'sip:alice@ims.example',
      numberAuthItems: 1,
      authDataItem: { itemNumber: 1, authenticate: new Uint8Array(32) },
      guss: '<guss/>',
    }
    const message = writeAnswer(MULTIMEDIA_AUTH, values, request)
    expectEachAvpGuarded({ message, read, required: [264, 296], repeated: [] })
  })
})

describe('refused', () => {
  const withAvp = (code: number, data: Uint8Array, vendorId = 0) => ({
    ...request,
    avps: [
      ...request.avps.filter((avp) => avp.code !== code),
      { code, vendorId, mandatory: true, data },
    ],
  })
  const item = (hex: string) => withAvp(612, fromHex(hex), 10_415)
  const avp = (code: number, length: number) => {
    const total = 12 + length
    const head = `${code.toString(16).padStart(8, '0')}c0${total.toString(16).padStart(6, '0')}000028af`
    return head + '00'.repeat(length + ((4 - (length % 4)) % 4))
  }

  test.each([
    ['an empty User-Name', withAvp(1, new Uint8Array()), 5014],
    ['a User-Name that is no UTF-8', withAvp(1, Uint8Array.of(0xff)), 5004],
    ['a long User-Name', withAvp(1, new Uint8Array(513).fill(97)), 5014],
    ['an unknown session state', withAvp(277, fromHex('00000002')), 5004],
    ['a session state of 3 octets', withAvp(277, fromHex('000001')), 5014],
    ['an unknown mandatory AVP', withAvp(9999, new Uint8Array(4), 10_415), 5001],
    ['RAND without AUTN', item(avp(609, 16)), 5014],
    ['XRES of 3 octets', item(avp(610, 3)), 5014],
    ['31 octets of RAND and AUTS', item(avp(610, 31)), 5014],
    ['CK of 15 octets', item(avp(625, 15)), 5014],
    ['IK of 17 octets', item(avp(626, 17)), 5014],
    ['a GUSS-Timestamp of 3 octets', withAvp(409, fromHex('000001'), 10_415), 5014],
  ])('%s', (_name, message, code) => {
    expect(failureOf(() => readRequest(MULTIMEDIA_AUTH, message)).resultCode).toBe(code)
  })

  test('XRES of 4 and of 16 octets are read', () => {
    for (const length of [4, 16]) {
      const read = readRequest(MULTIMEDIA_AUTH, item(avp(610, length)))
      expect(read.authDataItem?.authorization?.length).toBe(length)
    }
  })

  test('every truncation', () => {
    const octets = encodeMessage(request)
    expectEachTruncationRefused(octets, (part) => readRequest(MULTIMEDIA_AUTH, decodeMessage(part)))
  })
})

test('whatever octets come: values, or a failure with a Result-Code', () => {
  const octets = encodeMessage(request)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(octets.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      (changes) => {
        const altered = Uint8Array.from(octets)
        for (const [at, octet] of changes) altered[at] = octet
        try {
          readRequest(MULTIMEDIA_AUTH, decodeMessage(altered))
        } catch (error) {
          expect(error).toBeInstanceOf(DiameterFailure)
        }
      },
    ),
    { numRuns: 2000, seed: 303 },
  )
})
