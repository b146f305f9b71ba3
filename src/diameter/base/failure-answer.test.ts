import { expect, test } from 'vitest'
import { DiameterFailure } from './diameter-failure.ts'
import { proxyInfosOf, writeFailureAnswer } from './failure-answer.ts'
import type { DiameterMessage } from './message.ts'

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
