import { expect, test } from 'vitest'
import { uaIdOfPskTls } from './psk-exchange.ts'

test('each version of TLS has a Ua id of its own, TS 33.220 H.3', () => {
  expect(uaIdOfPskTls('1.3')).toBe('0100000007')
  expect(uaIdOfPskTls('1.2')).toBe('01000100a8')
})
