import { expect, test } from 'vitest'
import { InvalidMessage } from '../../errors/errors.ts'
import { DiameterFailure } from './diameter-failure.ts'

const AVP = { code: 1, vendorId: 0, mandatory: true, data: new Uint8Array([0xab]) }

test('is a wrong message, with the code that its answer has', () => {
  const what = { reason: 'missing', field: 'User-Name' }
  const failure = new DiameterFailure('DIAMETER_MISSING_AVP', what, { failedAvp: AVP })
  expect(failure).toBeInstanceOf(InvalidMessage)
  expect([failure.resultCode, failure.message, failure.failedAvp]).toEqual([
    5005,
    'User-Name: missing',
    AVP,
  ])
})

test('inside a group both names are said', () => {
  const inner = new DiameterFailure('DIAMETER_INVALID_AVP_VALUE', { reason: 'bad', field: 'Inner' })
  const bare = new DiameterFailure('DIAMETER_INVALID_AVP_VALUE', { reason: 'bad', field: 'AVP' })
  expect(inner.within('Outer', AVP)).toMatchObject({
    message: 'Outer, Inner: bad',
    resultCode: 5004,
    failedAvp: AVP,
    cause: inner,
  })
  expect(bare.within('Outer', AVP).message).toBe('Outer: bad')
})
