import { describe, expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import type { ZnAnswer, ZnRequest } from '../../gba/zn.ts'
import { parseBtid } from '../../identity/btid.ts'
import { UA_ID_CPNS } from '../../identity/naf-id.ts'
import { readZnAnswer, readZnRequest, writeZnAnswer, writeZnRequest } from './bootstrapping-info.ts'

const REQUEST: ZnRequest = {
  btid: parseBtid(WORKED.btid),
  nafId: { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS },
  gsids: [0, 7, 4_294_967_295],
  gbaUAware: true,
}
const NOW_MS = Date.UTC(2026, 0, 1) + 789
const KEY = Secret.of(new Uint8Array(32).fill(7))
const SUCCESS: ZnAnswer = {
  outcome: 'success',
  impi: WORKED.impi,
  meKeyMaterial: KEY,
  keyExpiresAtMs: Date.UTC(2026, 0, 2),
  bootstrappedAtMs: Date.UTC(2025, 11, 31),
}
const UNAVAILABLE = { outcome: 'unavailable' }

describe('BIR', () => {
  test.each([REQUEST, { ...REQUEST, gsids: [], gbaUAware: false }])(
    'is read as it was written',
    (request) => {
      expect(readZnRequest(writeZnRequest(request))).toEqual(request)
    },
  )

  test('a NAF that says nothing of GBA_U does not know it', () => {
    const { gbaUAwareness: _, ...values } = writeZnRequest(REQUEST)
    expect(readZnRequest(values)).toEqual({ ...REQUEST, gbaUAware: false })
  })

  test('what can be no B-TID is unknown', () => {
    const values = { ...writeZnRequest(REQUEST), transactionIdentifier: 'no B-TID' }
    expect(readZnRequest(values)).toBeUndefined()
  })
})

describe('BIA', () => {
  test.each([
    SUCCESS,
    { ...SUCCESS, uiccKeyMaterial: KEY, ussList: '<ussList/>' },
    { outcome: 'not-authorized' },
    { outcome: 'transaction-identifier-invalid' },
    { outcome: 'unavailable' },
  ] satisfies ZnAnswer[])('is read as it was written: %j', (answer) => {
    expect(readZnAnswer(writeZnAnswer(answer), NOW_MS)).toEqual(answer)
  })

  const whole = writeZnAnswer(SUCCESS)

  test('a BSF may keep the name of the subscriber to itself', () => {
    const { impi: _, ...unnamed } = SUCCESS
    expect(writeZnAnswer(unnamed)).not.toHaveProperty('userName')
    expect(readZnAnswer(writeZnAnswer(unnamed), NOW_MS)).toEqual(unnamed)
  })

  test.each(['meKeyMaterial', 'keyExpiryTime'] as const)('keys without %s are none', (part) => {
    const { [part]: _, ...values } = whole
    expect(readZnAnswer(values, NOW_MS)).toEqual(UNAVAILABLE)
  })

  test('keys of 2G GBA and GBA_Digest are not good enough', () => {
    const outcomeOf = (gbaType: '3G_GBA' | '2G_GBA' | 'GBA_DIGEST') =>
      readZnAnswer({ ...whole, gbaType }, NOW_MS).outcome
    expect(outcomeOf('3G_GBA')).toBe('success')
    expect(outcomeOf('2G_GBA')).toBe('not-authorized')
    expect(outcomeOf('GBA_DIGEST')).toBe('not-authorized')
  })

  test('settings of no octets are none', () => {
    const { ussList: _, ...unsettled } = SUCCESS
    expect(readZnAnswer({ ...whole, ussList: '' }, NOW_MS)).toEqual(unsettled)
  })

  test('a User-Name that can be no IMPI owns no keys', () => {
    expect(readZnAnswer({ ...whole, userName: 'no IMPI' }, NOW_MS)).toEqual(UNAVAILABLE)
  })

  test('a BSF may leave out when it bootstrapped: then it was now', () => {
    const { bootstrapInfoCreationTime: _, ...values } = whole
    expect(readZnAnswer(values, NOW_MS)).toEqual({
      ...SUCCESS,
      bootstrappedAtMs: Date.UTC(2026, 0, 1),
    })
  })

  test('any other result, also one of another vendor, or none, is no answer', () => {
    const experimentalResult = { vendorId: 1, experimentalResultCode: 5403 }
    for (const values of [{ resultCode: 5012 }, { experimentalResult }, {}]) {
      expect(readZnAnswer(values, NOW_MS)).toEqual(UNAVAILABLE)
    }
  })
})
