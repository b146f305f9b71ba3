import { beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createAnswerMemory } from './answer-memory.ts'
import {
  APPLICATION_ANSWER,
  APPLICATION_REQUEST,
  type Command,
  readAnswer,
  writeRequest,
} from './command.ts'
import { DiameterFailure } from './diameter-failure.ts'
import type { DiameterMessage } from './message.ts'
import { createRequestDesk, handlerOf, type RequestDesk } from './request-desk.ts'

const COMMAND: Command<typeof APPLICATION_REQUEST, typeof APPLICATION_ANSWER> = {
  name: 'Test',
  code: 999,
  applicationId: 77,
  proxiable: true,
  request: APPLICATION_REQUEST,
  answer: APPLICATION_ANSWER,
}
const ORIGIN = { originHost: 'hss.home.example', originRealm: 'home.example' }
const VALUES = {
  sessionId: 'bsf.example.org;1;2',
  vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId: 77 },
  originHost: 'bsf.example.org',
  originRealm: 'example.org',
  destinationRealm: 'home.example',
}
const BSF = {
  originHost: 'BSF.example.org',
  originRealm: 'example.org',
  productName: '',
  applicationIds: [77],
}
const RELAY = { ...BSF, originHost: 'relay.ipx.example' }

let served: number
let reported: unknown[]
let fails: Error | undefined
let desk: RequestDesk
beforeEach(() => {
  served = 0
  reported = []
  fails = undefined
  const handler = handlerOf({
    command: COMMAND,
    async answer() {
      served += 1
      if (fails !== undefined) throw fails
      return { resultCode: 2001, ...ORIGIN }
    },
  })
  const memory = createAnswerMemory(
    { lifetimeMs: 240_000, maxAnswers: 9, maxOctets: 9999 },
    createVirtualClock(),
  )
  desk = createRequestDesk(ORIGIN, [handler], {
    memory,
    isRelay: ({ originHost }) => originHost === RELAY.originHost,
    report: (error) => reported.push(error),
  })
})

const ask = async (
  changes: Partial<typeof VALUES & { destinationHost: string }> = {},
  header: Partial<DiameterMessage> = {},
  peer = BSF,
) => {
  const request = writeRequest(COMMAND, { ...VALUES, ...changes }, { hopByHop: 3, endToEnd: 4 })
  const answer = await desk({ ...request, ...header }, { peer })
  const { resultCode } = readAnswer(COMMAND, answer)
  return { answer, resultCode, error: answer.error }
}

test('a request for us is served', async () => {
  const { answer, resultCode } = await ask()
  expect([resultCode, served]).toEqual([2001, 1])
  expect(answer).toMatchObject({ request: false, hopByHop: 3, endToEnd: 4, error: false })
})

test('names are compared without case', async () => {
  const changes = { destinationRealm: 'HOME.example', destinationHost: 'HSS.home.example' }
  expect((await ask(changes)).resultCode).toBe(2001)
})

test('Proxy-Info comes back, in its order', async () => {
  const proxyInfo = (octet: number) => ({
    code: 284,
    vendorId: 0,
    mandatory: true,
    data: Uint8Array.of(octet),
  })
  const request = writeRequest(COMMAND, VALUES, { hopByHop: 3, endToEnd: 4 })
  const avps = [proxyInfo(1), ...request.avps, proxyInfo(2)]
  const answer = await desk({ ...request, avps }, { peer: BSF })
  expect(answer.avps.filter(({ code }) => code === 284)).toEqual([proxyInfo(1), proxyInfo(2)])
})

describe('refused, and not served', () => {
  test.each([
    ['an unknown application', {}, { applicationId: 78 }, 3007],
    ['an unknown command', {}, { commandCode: 998 }, 3001],
    ['another realm', { destinationRealm: 'other.example' }, {}, 3003],
    ['another host', { destinationHost: 'other.home.example' }, {}, 3002],
    ['the name of somebody else', { originHost: 'other.example.org' }, {}, 5004],
    ['no AVPs', {}, { avps: [] }, 5005],
  ])('%s', async (_name, changes, header, code) => {
    const request = {
      ...writeRequest(COMMAND, { ...VALUES, ...changes }, { hopByHop: 3, endToEnd: 4 }),
      ...header,
    }
    const answer = await desk(request, { peer: BSF })
    const values = readAnswer(COMMAND, answer)
    expect([values.resultCode, answer.error, served]).toEqual([code, true, 0])
    expect(values.originHost).toBe(ORIGIN.originHost)
  })
})

test('a relay agent passes on what others made', async () => {
  expect((await ask({ originHost: 'other.example.org' }, {}, RELAY)).resultCode).toBe(2001)
})

test('a copy with the T flag is not served twice; nobody else gets its answer', async () => {
  await ask()
  await ask({}, { retransmitted: true })
  expect(served).toBe(1)
  const other = await ask({}, { retransmitted: true }, { ...BSF, originHost: 'thief.example' })
  expect([other.resultCode, served]).toEqual([5004, 1])
})

test('a failure of the handler is the answer', async () => {
  fails = new DiameterFailure('DIAMETER_INVALID_AVP_VALUE', { reason: 'bad', field: 'X' })
  const { resultCode, error } = await ask()
  expect([resultCode, error, reported]).toEqual([5004, true, []])
})

test('what is not foreseen is reported, and the peer sees 5012 alone', async () => {
  fails = new Error('the key is 0011')
  const { answer, resultCode } = await ask()
  expect([resultCode, reported]).toEqual([5012, [fails]])
  expect(JSON.stringify(answer.avps.map(({ data }) => Buffer.from(data).toString()))).not.toContain(
    '0011',
  )
})
