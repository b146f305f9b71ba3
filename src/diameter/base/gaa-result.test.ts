import { expect, test } from 'vitest'
import { EXPERIMENTAL_RESULT_CODE, experimentalResult, isExperimentalResult } from './gaa-result.ts'

test('the codes of TS 29.109 6, in the vendor of 3GPP', () => {
  expect(EXPERIMENTAL_RESULT_CODE).toEqual({
    DIAMETER_ERROR_USER_UNKNOWN: 5001,
    DIAMETER_ERROR_IDENTITY_UNKNOWN: 5401,
    DIAMETER_ERROR_NOT_AUTHORIZED: 5402,
    DIAMETER_ERROR_TRANSACTION_IDENTIFIER_INVALID: 5403,
  })
  expect(experimentalResult('DIAMETER_ERROR_NOT_AUTHORIZED')).toEqual({
    vendorId: 10_415,
    experimentalResultCode: 5402,
  })
})

test('the same number of another vendor is another result', () => {
  const result = experimentalResult('DIAMETER_ERROR_IDENTITY_UNKNOWN')
  const is = (other: typeof result | undefined) =>
    isExperimentalResult(other, 'DIAMETER_ERROR_IDENTITY_UNKNOWN')
  expect(is(result)).toBe(true)
  expect([is({ ...result, vendorId: 9 }), is({ ...result, experimentalResultCode: 5402 })]).toEqual(
    [false, false],
  )
  expect(is(undefined)).toBe(false)
})
