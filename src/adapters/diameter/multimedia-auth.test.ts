import { describe, expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { failureOf } from '../../diameter/base/diameter.fixture.ts'
import { failedAuthData } from '../../diameter/zh/multimedia-auth.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import type { ZhAnswer, ZhRequest } from '../../gba/zh.ts'
import { concatOctets } from '../../octets/octets.ts'
import { readZhAnswer, readZhRequest, writeZhAnswer, writeZhRequest } from './multimedia-auth.ts'

const { impi, rand, auts, autn, ck, ik, res: xres } = WORKED
const PLAIN: ZhRequest = { impi }
const RESYNCHRONIZATION: ZhRequest = { impi, resynchronization: { rand, auts } }
const SUCCESS: ZhAnswer = { outcome: 'success', impi, vector: { rand, autn, xres, ck, ik } }
const octets = (length: number): Secret => Secret.of(new Uint8Array(length))

describe('MAR', () => {
  test.each([PLAIN, RESYNCHRONIZATION])('is read as it was written', (request) => {
    expect(readZhRequest(writeZhRequest(request))).toEqual(request)
  })

  test('a resynchronisation is RAND ‖ AUTS, 30 octets', () => {
    const { authDataItem } = writeZhRequest(RESYNCHRONIZATION)
    expect(authDataItem?.authorization?.reveal()).toEqual(concatOctets(rand, auts))
  })

  test('the scheme and the whole item may be left out', () => {
    expect(readZhRequest({ userName: impi })).toEqual(PLAIN)
    expect(readZhRequest({ userName: impi, authDataItem: {} })).toEqual(PLAIN)
  })

  test('a User-Name that can be no IMPI is one that nobody knows', () => {
    expect(readZhRequest({ userName: 'no IMPI' })).toBeUndefined()
  })

  test('Public-Identity counts where there is no User-Name', () => {
    expect(readZhRequest({ publicIdentity: `sip:${impi}` })).toEqual(PLAIN)
    expect(readZhRequest({ publicIdentity: 'tel:+4912345' })).toBeUndefined()
    expect(readZhRequest({ userName: impi, publicIdentity: 'sip:bob@home.example' })).toEqual(PLAIN)
    expect(readZhRequest({ userName: 'no IMPI', publicIdentity: `sip:${impi}` })).toBeUndefined()
  })

  test('nobody is named (5005, with an empty User-Name)', () => {
    const failure = failureOf(() => readZhRequest({ authDataItem: {} }))
    expect([failure.resultCode, failure.field]).toEqual([5005, 'User-Name'])
    const data = new Uint8Array(1)
    expect(failure.failedAvp).toEqual({ code: 1, vendorId: 0, mandatory: true, data })
  })

  test.each([4, 29])('SIP-Authorization of %d octets (5004)', (length) => {
    const authDataItem = { authorization: octets(length) }
    const failure = failureOf(() => readZhRequest({ userName: impi, authDataItem }))
    expect([failure.resultCode, failure.field]).toEqual([5004, 'SIP-Authorization'])
    expect(failure.failedAvp).toEqual(failedAuthData(authDataItem))
  })

  test('another scheme (5004)', () => {
    const authDataItem = { authenticationScheme: 'SIP Digest' }
    const failure = failureOf(() => readZhRequest({ userName: impi, authDataItem }))
    expect([failure.resultCode, failure.field]).toEqual([5004, 'SIP-Authentication-Scheme'])
    expect(failure.failedAvp?.code).toBe(612)
    expect(failure.failedAvp).toEqual(failedAuthData(authDataItem))
  })
})

describe('MAA', () => {
  test.each([
    SUCCESS,
    { ...SUCCESS, guss: '<guss/>' },
    { outcome: 'identity-unknown' },
    { outcome: 'resynchronization-refused' },
    { outcome: 'unavailable' },
  ] satisfies ZhAnswer[])('is read as it was written: %j', (answer) => {
    expect(readZhAnswer(writeZhAnswer(answer), RESYNCHRONIZATION)).toEqual(answer)
  })

  test('both spellings of an unknown user, of 3GPP only', () => {
    const result = (experimentalResultCode: number, vendorId = 10_415) =>
      readZhAnswer({ experimentalResult: { vendorId, experimentalResultCode } }, PLAIN).outcome
    expect([result(5401), result(5001)]).toEqual(['identity-unknown', 'identity-unknown'])
    expect([result(5401, 1), result(5402)]).toEqual(['unavailable', 'unavailable'])
  })

  test('5012 refuses a resynchronisation only where one was asked for', () => {
    expect(readZhAnswer({ resultCode: 5012 }, RESYNCHRONIZATION).outcome).toBe(
      'resynchronization-refused',
    )
    expect(readZhAnswer({ resultCode: 5012 }, PLAIN)).toEqual({ outcome: 'unavailable' })
  })

  test('any other result, or none, is no answer', () => {
    for (const values of [{ resultCode: 5003 }, { resultCode: 2002 }, {}]) {
      expect(readZhAnswer(values, PLAIN)).toEqual({ outcome: 'unavailable' })
    }
  })

  const whole = writeZhAnswer(SUCCESS)
  const item = whole.authDataItem ?? {}

  test.each(['authenticate', 'authorization', 'confidentialityKey', 'integrityKey'] as const)(
    'a vector without %s is none',
    (part) => {
      const { [part]: _, ...authDataItem } = item
      expect(readZhAnswer({ ...whole, authDataItem }, PLAIN)).toEqual({ outcome: 'unavailable' })
    },
  )

  test.each([
    ['authenticate', new Uint8Array(31)],
    ['authorization', octets(3)],
    ['authorization', octets(17)],
  ])('a vector with a wrong length of %s is none', (part, value) => {
    const values = { ...whole, authDataItem: { ...item, [part]: value } }
    expect(readZhAnswer(values, PLAIN)).toEqual({ outcome: 'unavailable' })
  })

  test('a vector of somebody else is none; User-Name may be left out', () => {
    const unavailable = { outcome: 'unavailable' }
    expect(readZhAnswer({ ...whole, userName: 'bob@home.example' }, PLAIN)).toEqual(unavailable)
    const { userName: _, ...unnamed } = whole
    expect(readZhAnswer(unnamed, PLAIN)).toEqual(SUCCESS)
  })

  test('a GUSS of no octets is none', () => {
    expect(readZhAnswer({ ...whole, guss: '' }, PLAIN)).toEqual(SUCCESS)
  })
})
