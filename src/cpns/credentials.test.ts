import { expect, test } from 'vitest'
import { AuthenticationFailed } from '../errors/errors.ts'
import { ConnectRefused } from './credentials.ts'

test('a refusal is a failed authentication, with the status if the server said one', () => {
  const refused = new ConnectRefused('no', 403)
  expect(refused).toBeInstanceOf(AuthenticationFailed)
  expect([refused.code, refused.status, refused.message]).toEqual([
    'authentication-failed',
    403,
    'no',
  ])
  expect(new ConnectRefused('the HASH is wrong').status).toBeUndefined()
})
