import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { utf8 } from '../octets/octets.ts'
import { signWebhook, verifyWebhook } from './webhook-signature.ts'

const secret = Secret.of(new Uint8Array(32).fill(9))
const body = utf8('{"a":1}')
const AT_MS = 1_700_000_000_999
const signature = signWebhook(body, secret, AT_MS)

test('is HMAC-SHA-256 over seconds, full stop and body, as the platform computes it', () => {
  const mac = createHmac('sha256', secret.reveal()).update('1700000000.').update(body).digest('hex')
  expect(signature).toBe(`t=1700000000,v1=${mac}`)
})

test('verifies for five minutes, before and after', () => {
  const at = (nowMs: number) => verifyWebhook({ body, signature }, { secret, nowMs })
  expect([AT_MS, AT_MS + 299_000, AT_MS - 299_000].map(at)).toEqual([true, true, true])
  expect([AT_MS + 301_000, AT_MS - 301_000].map(at)).toEqual([false, false])
})

test.each([
  ['another body', { body: utf8('{"a":2}'), signature }],
  ['another time', { body, signature: signature.replace('t=17', 't=16') }],
  [
    'another MAC',
    { body, signature: `${signature.slice(0, -1)}${signature.endsWith('0') ? 1 : 0}` },
  ],
  ['half of it', { body, signature: signature.slice(0, 40) }],
  ['nothing', { body, signature: '' }],
])('%s does not', (_name, received) => {
  expect(verifyWebhook(received, { secret, nowMs: AT_MS, toleranceSeconds: 1e9 })).toBe(false)
})

test('another secret does not', () => {
  const other = Secret.of(new Uint8Array(32).fill(8))
  expect(verifyWebhook({ body, signature }, { secret: other, nowMs: AT_MS })).toBe(false)
})
