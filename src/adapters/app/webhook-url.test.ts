import { expect, test } from 'vitest'
import { Problem } from '../rest/problem.ts'
import { assertWebhookUrl } from './webhook-url.ts'

const isAccepted = (url: string, address: string): boolean => {
  try {
    assertWebhookUrl(url, address)
    return true
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return false
    throw error
  }
}

test.each([
  'http://127.0.0.1:9090/',
  'http://localhost:9090/',
  'http://[::1]:9090/',
  'https://localhost/',
  'https://127.1/',
])('%s is for who is on the same machine', (url) => {
  const addresses = ['127.0.0.1', '::ffff:127.0.0.1', '::1', '192.0.2.1', '2001:db8::1']
  const accepted = addresses.map((address) => isAccepted(url, address))
  expect(accepted).toEqual([true, true, true, false, false])
})

test.each([
  ['https://app.example/', true],
  ['http://app.example/', false],
  ['http://192.0.2.9/', false],
  ['https://user:word@app.example/', false],
  ['file:///tmp/a', false],
  ['app.example', false],
])('%s, from wherever: %s', (url, accepted) => {
  for (const address of ['127.0.0.1', '192.0.2.1']) expect(isAccepted(url, address)).toBe(accepted)
})
