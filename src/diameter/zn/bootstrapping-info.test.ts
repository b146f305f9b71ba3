import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { decodeNafId } from '../../identity/naf-id.ts'
import { fromHex, toHex, utf8 } from '../../octets/octets.ts'
import { expectEachAvpGuarded } from '../base/avp-guard.fixture.ts'
import { readAnswer, readRequest, writeAnswer, writeRequest } from '../base/command.ts'
import { expectEachTruncationRefused, failureOf } from '../base/diameter.fixture.ts'
import { DiameterFailure } from '../base/diameter-failure.ts'
import { decodeMessage, encodeMessage } from '../base/message.ts'
import {
  BOOTSTRAPPING_INFO,
  type BootstrappingInfoRequest,
  MAX_GSIDS,
} from './bootstrapping-info.ts'

const NAF_ID_HEX = `${toHex(utf8('cpns.example.org'))}ff43504e53`
const IDS = { hopByHop: 1, endToEnd: 2 }
const BIR: BootstrappingInfoRequest = {
  sessionId: 'naf.example.org;1;2',
  vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId: 16_777_220 },
  originHost: 'naf.example.org',
  originRealm: 'example.org',
  destinationRealm: 'home.example',
  gsids: [0, 1_000_001, 4_294_967_295],
  transactionIdentifier: 'I1U8vpY3qJ0hiuZNrke/NQ==@bsf.example.org',
  nafId: decodeNafId(fromHex(NAF_ID_HEX)),
  gbaUAwareness: 'YES',
}
const request = writeRequest(BOOTSTRAPPING_INFO, BIR, IDS)
const dataOf = (code: number) =>
  request.avps.filter((avp) => avp.code === code).map(({ data }) => toHex(data))

test('command 310 of application 16777220', () => {
  const octets = encodeMessage(request)
  expect(toHex(octets.subarray(4, 12))).toBe('c000013601000004')
})

test('a BIR round trip', () => {
  expect(readRequest(BOOTSTRAPPING_INFO, decodeMessage(encodeMessage(request)))).toEqual(BIR)
})

test('NAF-Id is raw octets, GSIDs are decimal text, awareness is a number', () => {
  expect(dataOf(402)).toEqual([NAF_ID_HEX])
  expect(dataOf(403)).toEqual(['0', '1000001', '4294967295'].map((text) => toHex(utf8(text))))
  expect(dataOf(407)).toEqual(['00000001'])
})

test('settings of no octets are read: the BSF has none', () => {
  const bia = writeAnswer(BOOTSTRAPPING_INFO, { ...BIA, ussList: '' }, request)
  expect(readAnswer(BOOTSTRAPPING_INFO, decodeMessage(encodeMessage(bia))).ussList).toBe('')
})

const BIA = {
  sessionId: BIR.sessionId,
  resultCode: 2001,
  originHost: 'bsf.example.org',
  originRealm: 'example.org',
  userName: 'alice@ims.example',
  meKeyMaterial: Secret.of(new Uint8Array(32).fill(1)),
  uiccKeyMaterial: Secret.of(new Uint8Array(32).fill(2)),
  keyExpiryTime: Date.UTC(2040, 0, 1),
  bootstrapInfoCreationTime: Date.UTC(2026, 10, 24),
  ussList: '<ussList/>',
  gbaType: '3G_GBA' as const,
}

test('a BIA round trip', () => {
  const answer = decodeMessage(encodeMessage(writeAnswer(BOOTSTRAPPING_INFO, BIA, request)))
  const { meKeyMaterial, uiccKeyMaterial, ...rest } = readAnswer(BOOTSTRAPPING_INFO, answer)
  const { meKeyMaterial: me, uiccKeyMaterial: uicc, ...expected } = BIA
  expect(rest).toEqual(expected)
  expect([meKeyMaterial?.equals(me), uiccKeyMaterial?.equals(uicc)]).toEqual([true, true])
})

describe('each AVP missing, doubled, oversized, of another vendor, with other flags', () => {
  test('BIR', () => {
    const values = { ...BIR, gsids: [1], destinationHost: 'bsf.example.org' }
    const message = writeRequest(BOOTSTRAPPING_INFO, values, IDS)
    const read = readRequest.bind(undefined, BOOTSTRAPPING_INFO)
    const required = [263, 260, 264, 296, 283, 401, 402]
    expectEachAvpGuarded({ message, read, required, repeated: [403] })
  })

  test('BIA', () => {
    const message = writeAnswer(BOOTSTRAPPING_INFO, BIA, request)
    const read = readAnswer.bind(undefined, BOOTSTRAPPING_INFO)
    expectEachAvpGuarded({ message, read, required: [264, 296], repeated: [] })
  })
})

describe('refused', () => {
  const withAvp = (code: number, data: Uint8Array) => ({
    ...request,
    avps: [
      ...request.avps.filter((avp) => avp.code !== code),
      { code, vendorId: 10_415, mandatory: true, data },
    ],
  })
  const without = (code: number) => ({
    ...request,
    avps: request.avps.filter((avp) => avp.code !== code),
  })

  test.each([
    ['no Transaction-Identifier', without(401), 5005],
    ['no NAF-Id', without(402), 5005],
    ['an empty Transaction-Identifier', withAvp(401, new Uint8Array()), 5014],
    ['a NAF-Id of 5 octets', withAvp(402, new Uint8Array(5)), 5014],
    ['a NAF-Id that names no host', withAvp(402, utf8('-.x12345')), 5004],
    ['a GSID that is no number', withAvp(403, utf8('one')), 5004],
    ['a GSID with a sign', withAvp(403, utf8('+1')), 5004],
    ['a GSID with a zero before it', withAvp(403, utf8('01')), 5004],
    ['a GSID over 32 bits', withAvp(403, utf8('4294967296')), 5004],
    ['an awareness of 2', withAvp(407, fromHex('00000002')), 5004],
  ])('%s', (_name, message, code) => {
    expect(failureOf(() => readRequest(BOOTSTRAPPING_INFO, message)).resultCode).toBe(code)
  })

  test('more GSIDs than anybody wants: 5009', () => {
    const gsid = { code: 403, vendorId: 10_415, mandatory: true, data: utf8('1') }
    const avps = [...without(403).avps, ...Array.from({ length: MAX_GSIDS + 1 }, () => gsid)]
    expect(failureOf(() => readRequest(BOOTSTRAPPING_INFO, { ...request, avps })).resultCode).toBe(
      5009,
    )
  })

  test('a key of 31 octets', () => {
    const values = { originHost: 'bsf.example.org', originRealm: 'example.org' }
    const answer = writeAnswer(BOOTSTRAPPING_INFO, values, request)
    const key = { code: 405, vendorId: 10_415, mandatory: true, data: new Uint8Array(31) }
    const failure = failureOf(() =>
      readAnswer(BOOTSTRAPPING_INFO, { ...answer, avps: [...answer.avps, key] }),
    )
    expect(failure.resultCode).toBe(5014)
  })

  test('every truncation', () => {
    expectEachTruncationRefused(encodeMessage(request), (part) =>
      readRequest(BOOTSTRAPPING_INFO, decodeMessage(part)),
    )
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
          readRequest(BOOTSTRAPPING_INFO, decodeMessage(altered))
        } catch (error) {
          expect(error).toBeInstanceOf(DiameterFailure)
        }
      },
    ),
    { numRuns: 2000, seed: 310 },
  )
})
