import { expect, test } from 'vitest'
import { isProtocolError, RESULT_CODE } from './result-code.ts'

test('codes are those of RFC 6733 7.1', () => {
  expect(RESULT_CODE).toMatchObject({
    DIAMETER_SUCCESS: 2001,
    DIAMETER_COMMAND_UNSUPPORTED: 3001,
    DIAMETER_UNABLE_TO_DELIVER: 3002,
    DIAMETER_INVALID_HDR_BITS: 3008,
    DIAMETER_AVP_UNSUPPORTED: 5001,
    DIAMETER_INVALID_AVP_VALUE: 5004,
    DIAMETER_MISSING_AVP: 5005,
    DIAMETER_AVP_OCCURS_TOO_MANY_TIMES: 5009,
    DIAMETER_NO_COMMON_APPLICATION: 5010,
    DIAMETER_UNABLE_TO_COMPLY: 5012,
    DIAMETER_INVALID_AVP_LENGTH: 5014,
    DIAMETER_INVALID_MESSAGE_LENGTH: 5015,
  })
  expect(new Set(Object.values(RESULT_CODE)).size).toBe(Object.keys(RESULT_CODE).length)
})

test('the thousands of three are protocol errors', () => {
  expect([2999, 3000, 3999, 4000].map(isProtocolError)).toEqual([false, true, true, false])
})
