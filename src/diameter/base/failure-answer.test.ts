import { describe, expect, test } from 'vitest'
import { readValues, required } from './avp-rules.ts'
import { FAILED_AVP } from './base-avps.ts'
import { DiameterFailure } from './diameter-failure.ts'
import { MAX_FAILED_AVP_OCTETS, proxyInfosOf, writeFailureAnswer } from './failure-answer.ts'
import { type DiameterMessage, encodeMessage, MAX_MESSAGE_OCTETS } from './message.ts'

const avp = (code: number, octet: number, vendorId = 0) => ({
  code,
  vendorId,
  mandatory: true,
  data: Uint8Array.of(octet),
})
const REQUEST: DiameterMessage = {
  commandCode: 303,
  applicationId: 16_777_221,
  request: true,
  proxiable: true,
  error: false,
  retransmitted: true,
  hopByHop: 1,
  endToEnd: 2,
  avps: [avp(284, 1), avp(263, 2), avp(1, 3), avp(284, 4), avp(263, 5), avp(284, 6, 10_415)],
}
const ORIGIN = { originHost: 'hss.home.example', originRealm: 'home.example' }
const failure = (failedAvp?: ReturnType<typeof avp>) =>
  new DiameterFailure(
    'DIAMETER_AVP_UNSUPPORTED',
    { reason: 'unknown and mandatory', field: 'AVP 9999' },
    failedAvp && { failedAvp },
  )

test('E flag, ids of the request, Session-Id first, Proxy-Info last and in order', () => {
  const answer = writeFailureAnswer(ORIGIN, REQUEST, failure(avp(9999, 7)))
  expect(answer).toMatchObject({
    request: false,
    error: true,
    retransmitted: false,
    proxiable: true,
    hopByHop: 1,
    endToEnd: 2,
  })
  expect(answer.avps.map(({ code }) => code)).toEqual([263, 268, 264, 296, 281, 279, 284, 284])
  expect(answer.avps[0]).toEqual(avp(263, 2))
  expect(answer.avps.slice(-2)).toEqual([avp(284, 1), avp(284, 4)])
})

test('without an AVP to blame there is no Failed-AVP; without a Session-Id there is none', () => {
  const answer = writeFailureAnswer(ORIGIN, { ...REQUEST, avps: [] }, failure())
  expect(answer.avps.map(({ code }) => code)).toEqual([268, 264, 296, 281])
})

test('Proxy-Info of a vendor is none', () => {
  expect(proxyInfosOf(REQUEST)).toEqual([avp(284, 1), avp(284, 4)])
})

describe('an answer can always be written', () => {
  const long = (code: number, length: number) => ({ ...avp(code, 0), data: new Uint8Array(length) })
  const failedOf = (length: number) =>
    readValues(
      { failedAvp: required(FAILED_AVP) },
      writeFailureAnswer(ORIGIN, REQUEST, failure(long(9999, length))).avps.filter(
        ({ code }) => code === FAILED_AVP.code,
      ),
    ).failedAvp

  test('of a long AVP Failed-AVP has the header alone', () => {
    expect(failedOf(MAX_FAILED_AVP_OCTETS)).toEqual([long(9999, MAX_FAILED_AVP_OCTETS)])
    expect(failedOf(MAX_FAILED_AVP_OCTETS + 1)).toEqual([long(9999, 0)])
    expect(failedOf(MAX_MESSAGE_OCTETS)).toEqual([long(9999, 0)])
  })

  test.each([
    ['a Session-Id', [long(263, MAX_MESSAGE_OCTETS - 28)]],
    ['Proxy-Info', [long(263, 20), long(284, 32_000), long(284, 33_450)]],
  ])('%s without room for it stays away', (_name, avps) => {
    const answer = writeFailureAnswer(ORIGIN, { ...REQUEST, avps }, failure(avp(9999, 7)))
    expect(answer.avps.map(({ code }) => code)).toEqual([268, 264, 296, 281, 279])
    expect(encodeMessage(answer).length).toBeLessThan(MAX_MESSAGE_OCTETS)
  })
})
