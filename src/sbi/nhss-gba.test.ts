import { describe, expect, test } from 'vitest'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import type { ZhAnswer, ZhRequest } from '../gba/zh.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import {
  authDataPath,
  authDataResponse,
  decodeAuthDataRequest,
  encodeAuthDataRequest,
  nhssGbaRoutes,
  readAuthDataResponse,
  readSubscriberDataResponse,
  subscriberDataPath,
  subscriberDataResponse,
} from './nhss-gba.ts'
import { causeOf } from './problem-details.ts'
import { answerRequest } from './routes.ts'

const { impi, rand, autn, ck, ik, res: xres, auts } = WORKED
const REQUEST: ZhRequest = { impi, resynchronization: { rand, auts } }
const SUCCESS: ZhAnswer = { outcome: 'success', impi, vector: { rand, autn, xres, ck, ik } }
const OCTETS = encodeAuthDataRequest(REQUEST)

function ask(method: string, path: string, body: Uint8Array) {
  const hss = {
    answerZh: async () => SUCCESS,
    subscriberData: async () => ({ outcome: 'success' as const, guss: 'no XML' }),
  }
  const request = { method, path, contentType: 'application/json', body }
  return answerRequest(nhssGbaRoutes(hss), request, ['bsf'])
}

test('a request comes back, with AUTS and without', () => {
  expect(decodeAuthDataRequest(OCTETS, impi)).toEqual(REQUEST)
  expect(decodeAuthDataRequest(encodeAuthDataRequest({ impi }), impi)).toEqual({ impi })
})

describe('bad requests', () => {
  test.each([
    ['{"resynchronizationInfo":{}}', 400],
    ['{"resynchronizationInfo":{"rand":"00","auts":"00"}}', 400],
    ['{"authenticationScheme":1}', 400],
    ['{"authenticationScheme":"DIGEST_HTTP"}', 501],
    ['{}', 200],
  ])('%s is %d', async (text, status) => {
    expect((await ask('POST', authDataPath(impi), utf8(text))).status).toBe(status)
  })

  test('cut anywhere', async () => {
    for (let length = 0; length < OCTETS.length; length++) {
      const answer = await ask('POST', authDataPath(impi), OCTETS.subarray(0, length))
      expect(causeOf(answer)).toBe('INVALID_MSG_FORMAT')
    }
  })

  test('ueId of another form, settings that cannot be read, subscriptions', async () => {
    const at = (ueId: string) => authDataPath(impi).replace(/impi-[^/]+/, ueId)
    expect(causeOf(await ask('POST', at('msisdn-12345'), OCTETS))).toBe('USER_NOT_FOUND')
    expect((await ask('POST', at('alice'), OCTETS)).status).toBe(400)
    expect((await ask('GET', subscriberDataPath(impi), OCTETS)).status).toBe(500)
    const subscriptions = subscriberDataPath(impi).replace('subscriber-data', 'subscriptions')
    expect((await ask('POST', subscriptions, OCTETS)).status).toBe(501)
  })
})

describe('an IMSI', () => {
  const known = '310150123456789@ims.mnc150.mcc310.3gppnetwork.org'

  function askFor(ueId: string) {
    const hss = {
      answerZh: async (request: ZhRequest) =>
        request.impi === known
          ? { ...SUCCESS, impi: request.impi }
          : ({ outcome: 'identity-unknown' } as const),
      subscriberData: async (asked: string) =>
        asked === known
          ? ({ outcome: 'success' } as const)
          : ({ outcome: 'identity-unknown' } as const),
    }
    const path = (text: string) => text.replace(/impi-[^/]+/, ueId)
    const request = { contentType: 'application/json', body: utf8('{}') }
    const routes = nhssGbaRoutes(hss)
    return Promise.all([
      answerRequest(routes, { ...request, method: 'POST', path: path(authDataPath(impi)) }, [
        'bsf',
      ]),
      answerRequest(routes, { ...request, method: 'GET', path: path(subscriberDataPath(impi)) }, [
        'bsf',
      ]),
    ])
  }

  test('is that of the subscriber whose network code has two or three digits', async () => {
    const [vector, settings] = await askFor('imsi-310150123456789')
    expect(JSON.parse(fromUtf8(vector.body))).toMatchObject({ impi: known })
    expect(settings.status).toBe(200)
  })

  test('of nobody is not found', async () => {
    const answers = await askFor('imsi-310150123456780')
    expect(answers.map(causeOf)).toEqual(['USER_NOT_FOUND', 'USER_NOT_FOUND'])
  })
})

describe('answers', () => {
  test.each([
    SUCCESS,
    { outcome: 'identity-unknown' },
    { outcome: 'resynchronization-refused' },
    { outcome: 'unavailable' },
  ] as const)('$outcome comes back', (answer) => {
    expect(readAuthDataResponse(authDataResponse(answer), REQUEST)).toEqual(answer)
  })

  test('no refusal of what was not asked, and no vector of another subscriber', () => {
    const refused = authDataResponse({ outcome: 'resynchronization-refused' })
    expect(readAuthDataResponse(refused, { impi })).toEqual({ outcome: 'unavailable' })
    const response = authDataResponse(SUCCESS)
    const body = utf8(fromUtf8(response.body).replace(impi, 'other@ims.example'))
    expect(readAuthDataResponse({ ...response, body }, REQUEST)).toEqual({ outcome: 'unavailable' })
  })

  test.each([
    { outcome: 'success' },
    {
      outcome: 'success',
      guss: '<guss><bsfInfo><lifeTime>60</lifeTime></bsfInfo><ussList/></guss>',
    },
    { outcome: 'identity-unknown' },
    { outcome: 'unavailable' },
  ] as const)('subscriber data come back: %o', (data) => {
    expect(readSubscriberDataResponse(subscriberDataResponse(data))).toEqual(data)
  })

  test('a lifeTime of 32 bits is read as the longest, as in XML', () => {
    const body = utf8('{"guss":{"bsfInfo":{"lifeTime":4294967295}}}')
    expect(
      readSubscriberDataResponse({ status: 200, contentType: 'application/json', body }),
    ).toEqual({
      outcome: 'success',
      guss: '<guss><bsfInfo><lifeTime>2147483647</lifeTime></bsfInfo><ussList/></guss>',
    })
  })
})
