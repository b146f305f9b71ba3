import { expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { makeApiKey } from '../../app/api-key.ts'
import { createAppAuthorization } from './app-authorization.ts'

const { text, record } = makeApiKey(
  { service: 'echo', scopes: ['send'] },
  { random: createSeededRandom(1), nowMs: 0 },
)

function create() {
  const clock = createVirtualClock()
  const store = {
    findApiKey: async (digest: string) => (digest === record.digest ? record : undefined),
  }
  const { authorize } = createAppAuthorization({ store, clock })
  const attempt = async (authorization: string | undefined, address = '::1') => {
    try {
      return (await authorize({ authorization, address }, 'send')).id
    } catch (error) {
      return (error as { status: number }).status
    }
  }
  return { clock, attempt, authorize }
}

test('the bearer of a key is known, however the scheme is spelt', async () => {
  const { attempt } = create()
  expect(await attempt(`Bearer ${text}`)).toBe(record.id)
  expect(await attempt(`bearer  ${text}`)).toBe(record.id)
})

test.each([undefined, '', text, `Basic ${text}`, `Bearer ${text}x`, `Bearer ${text} x`])(
  'not known: %#',
  async (authorization) => {
    expect(await create().attempt(authorization)).toBe(401)
  },
)

test('a key for something else', async () => {
  const request = { authorization: `Bearer ${text}`, address: '::1' }
  await expect(create().authorize(request, 'receive')).rejects.toMatchObject({ status: 403 })
})

test('an address that guesses waits a minute, the others do not', async () => {
  const { attempt, clock } = create()
  for (let n = 0; n < 20; n += 1) expect(await attempt('Bearer x')).toBe(401)
  expect(await attempt(`Bearer ${text}`)).toBe(429)
  expect(await attempt(`Bearer ${text}`, '2001:db8::2')).toBe(record.id)
  await clock.advance(60_000)
  expect(await attempt(`Bearer ${text}`)).toBe(record.id)
})

test('a flood of addresses is forgotten, oldest first', async () => {
  const { attempt } = create()
  for (let n = 0; n < 20; n += 1) await attempt('Bearer x', 'first')
  for (let n = 0; n < 10_000; n += 1) await attempt('Bearer x', `address ${n}`)
  expect(await attempt(`Bearer ${text}`, 'first')).toBe(record.id)
})
