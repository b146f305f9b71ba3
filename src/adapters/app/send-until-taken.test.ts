import type { Dispatcher } from 'undici'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AuthenticationFailed, TransportFailed } from '../../errors/errors.ts'
import { AppRefused } from './app-requests.ts'
import { sendUntilTaken } from './send-until-taken.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

type Body = { readonly messageId: string; readonly expires: number }

/** What was posted, with the time in ms, by a server that fails in these ways and then takes it. */
function sending(failures: readonly Error[], message: object = {}, ending = new AbortController()) {
  const posted: (Body & { readonly atMs: number })[] = []
  const beganMs = performance.now()
  const request = async (_method: string, _path: string, body?: object) => {
    posted.push({ ...(body as Body), atMs: performance.now() - beganMs })
    const failure = failures[posted.length - 1]
    if (failure !== undefined) throw failure
    return { body: { dump: async () => {} } } as unknown as Dispatcher.ResponseData
  }
  const sent = sendUntilTaken(request, { to: 'urn:x:a', text: 'hi', ...message }, ending.signal)
  return { posted, outcome: sent.catch((error: unknown) => error), ending }
}

const away = new TransportFailed('nobody there')
const full = (retryAfter?: number) => new AppRefused(503, 'full', retryAfter)

test('the same message is sent again, later each time, until it is taken', async () => {
  const { posted, outcome } = sending([
    away,
    full(),
    new AppRefused(429, ''),
    new AppRefused(500, ''),
  ])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(posted.map(({ atMs }) => atMs)).toEqual([0, 500, 1_500, 3_500, 7_500])
  expect(posted.map(({ expires }) => expires)).toEqual([3600, 3600, 3599, 3597, 3593])
  expect(new Set(posted.map(({ messageId }) => messageId)).size).toBe(1)
  expect(await outcome).toBe(posted[0]?.messageId)
  expect(posted[0]?.messageId).toMatch(/^[0-9a-f]{32}$/)
})

test('no sooner than the server says', async () => {
  const { posted } = sending([full(2), full(1)], { messageId: 'm' })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(posted.map(({ atMs, messageId }) => `${messageId} ${atMs}`)).toEqual([
    'm 0',
    'm 2000',
    'm 3000',
  ])
})

test('until it expires; then the last failure is told', async () => {
  const { posted, outcome } = sending([away, away, full(), away], { expires: 3 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(posted).toHaveLength(3)
  expect(await outcome).toMatchObject({ status: 503 })
})

test.each([
  ['a refusal', new AppRefused(404, 'to: not known here')],
  ['a server that is not the right one', new AuthenticationFailed('the key is not the pinned one')],
])('%s is final', async (_, error) => {
  const { posted, outcome } = sending([error])
  expect(await outcome).toBe(error)
  expect(posted).toHaveLength(1)
})

test('closing ends it', async () => {
  const { posted, outcome, ending } = sending([away, away])
  await vi.advanceTimersByTimeAsync(100)
  ending.abort()
  expect(await outcome).toBe(away)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(posted).toHaveLength(2)
})
