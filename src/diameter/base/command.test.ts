import { expect, test } from 'vitest'
import {
  APPLICATION_ANSWER,
  APPLICATION_REQUEST,
  assertApplication,
  type Command,
  readAnswer,
  readRequest,
  writeAnswer,
  writeRequest,
} from './command.ts'
import { failureOf } from './diameter.fixture.ts'

const COMMAND: Command<typeof APPLICATION_REQUEST, typeof APPLICATION_ANSWER> = {
  name: 'Test',
  code: 999,
  applicationId: 77,
  proxiable: true,
  request: APPLICATION_REQUEST,
  answer: APPLICATION_ANSWER,
}
const VALUES = {
  sessionId: 'bsf.example.org;1;2',
  vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId: 77 },
  originHost: 'bsf.example.org',
  originRealm: 'example.org',
  destinationRealm: 'home.example',
}
const ORIGIN = { originHost: 'hss.home.example', originRealm: 'home.example' }
const request = writeRequest(COMMAND, VALUES, { hopByHop: 5, endToEnd: 6 })

test('a request has the header of its command, and Session-Id first', () => {
  expect(request).toMatchObject({
    commandCode: 999,
    applicationId: 77,
    request: true,
    proxiable: true,
    error: false,
    retransmitted: false,
    hopByHop: 5,
    endToEnd: 6,
  })
  expect(request.avps[0]?.code).toBe(263)
  expect(readRequest(COMMAND, request)).toEqual(VALUES)
})

test.each([
  [2001, false],
  [3002, true],
  [3999, true],
  [4001, false],
  [5012, false],
])('an answer with %i: E flag %s, ids and P flag of its request', (resultCode, error) => {
  const values = { resultCode, ...ORIGIN }
  const answer = writeAnswer(COMMAND, values, { ...request, proxiable: false })
  expect(answer).toMatchObject({
    request: false,
    proxiable: false,
    error,
    hopByHop: 5,
    endToEnd: 6,
  })
  expect(readAnswer(COMMAND, answer)).toEqual(values)
})

test('the answer of a relay agent, with its own AVPs and none of the application', () => {
  const answer = writeAnswer(COMMAND, { resultCode: 3002, ...ORIGIN }, request)
  const routeRecord = { code: 282, vendorId: 0, mandatory: true, data: new Uint8Array(3) }
  const values = readAnswer(COMMAND, { ...answer, avps: [routeRecord, ...answer.avps] })
  expect(values).toEqual({ resultCode: 3002, ...ORIGIN })
})

test.each(request.avps.map(({ code }) => code))('a request without AVP %i: 5005', (code) => {
  const avps = request.avps.filter((avp) => avp.code !== code)
  expect(failureOf(() => readRequest(COMMAND, { ...request, avps }))).toMatchObject({
    resultCode: 5005,
    failedAvp: { code },
  })
})

test.each(request.avps.map(({ code }) => code))('a request with AVP %i twice: 5009', (code) => {
  const twice = request.avps.filter((avp) => avp.code === code)
  const avps = [...request.avps, ...twice]
  expect(failureOf(() => readRequest(COMMAND, { ...request, avps }))).toMatchObject({
    resultCode: 5009,
    failedAvp: { code },
  })
})

test.each([
  { vendorId: 10_415, authApplicationId: 78 },
  { vendorId: 10_415, acctApplicationId: 77 },
])('an application that is not the one of the header: 5004', (named) => {
  const failedAvp = writeRequest(
    COMMAND,
    { ...VALUES, vendorSpecificApplicationId: named },
    request,
  ).avps.find(({ code }) => code === 260)
  const failure = failureOf(() => assertApplication(COMMAND, named))
  expect(failure).toMatchObject({ resultCode: 5004, failedAvp })
})
