import { expect, test, vi } from 'vitest'
import { encodeMessage } from '../../cpns/messages.ts'
import { TransportFailed } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import type { TraceItem } from '../../trace/trace.ts'
import { failureOf, never } from '../lab.fixture.ts'
import { ENTITIES } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { postAs } from './post-as.ts'

const ERROR = encodeMessage({ name: 'Error', entityId: ENTITIES.gateway, status: 400, detail: 'x' })

function worldWith(post: LabWorld['post']['post']) {
  const traced: TraceItem[] = []
  const world = {
    clock: { nowMs: () => 42 },
    trace: (item: TraceItem) => void traced.push(item),
    post: { post, close: () => Promise.resolve() },
  } as unknown as LabWorld
  return { world, traced }
}

test('the octets go as they are, and the message is told under the name of who sent it', async () => {
  const post = vi.fn(() => Promise.resolve({ status: 400, body: utf8('answer') }))
  const { world, traced } = worldWith(post)
  expect(await postAs('burglar', ERROR, world)).toEqual(utf8('answer'))
  expect(post.mock.calls).toEqual([[ERROR]])
  expect(traced).toMatchObject([
    {
      point: 'CPNS-2',
      side: 'sent',
      from: 'burglar',
      to: 'CPNS Server',
      message: 'Error',
      atMs: 42,
    },
  ])
})

test('a server that cannot be reached, or says nothing', async () => {
  const gone = worldWith(() => Promise.reject(new TransportFailed('no answer from it')))
  expect(await failureOf(postAs('x', ERROR, gone.world))).toBe('no answer from it')
  vi.useFakeTimers()
  const silent = failureOf(postAs('x', ERROR, worldWith(() => never()).world))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await silent).toBe('the server did not answer')
  vi.useRealTimers()
})
