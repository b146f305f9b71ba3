import { expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { apiKeyDigest, makeApiKey, makeWebhookSecret, toBase64Url } from './api-key.ts'

const random = createSeededRandom(7)
const make = () => makeApiKey({ service: 'echo', scopes: ['send'] }, { random, nowMs: 5 })

test('a key is found by its digest, and is not in what is kept', () => {
  const { text, record } = make()
  expect(text).toMatch(/^cpns_[A-Za-z0-9_-]{43}$/)
  expect(apiKeyDigest(text)).toBe(record.digest)
  expect(JSON.stringify(record)).not.toContain(text.slice(5))
  expect(record).toMatchObject({ service: 'echo', scopes: ['send'], createdAtMs: 5 })
})

test('each is another one', () => {
  expect(new Set([make(), make(), make()].map(({ text }) => text)).size).toBe(3)
})

test.each(['', 'cpns_', 'x'.repeat(48), `cpns_${'a'.repeat(44)}`, `cpns_${'+'.repeat(43)}`])(
  'no key: %j',
  (text) => {
    expect(apiKeyDigest(text)).toBeUndefined()
  },
)

test('a webhook secret is the octets that its user gets', () => {
  const { secret, text } = makeWebhookSecret(random)
  expect(toBase64Url(secret.reveal())).toBe(text)
  expect(text).toHaveLength(43)
})

test('base64url: RFC 4648 5', () => {
  expect(toBase64Url(new Uint8Array([0xfb, 0xff, 0xfe, 0]))).toBe('-__-AA')
})
