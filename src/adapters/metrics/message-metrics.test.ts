import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../../test/support/virtual-clock.ts'
import type { TraceEvent } from '../../trace/trace.ts'
import { createMessageMetrics, type MessageMetrics } from './message-metrics.ts'

let metrics: MessageMetrics
let clock: VirtualClock
beforeEach(() => {
  clock = createVirtualClock(0)
  metrics = createMessageMetrics('bsf', '1.2.3', clock)
})
afterEach(() => metrics.close())

const event = (message: string, fields: TraceEvent['fields']): TraceEvent => ({
  kind: 'message',
  atMs: 0,
  point: 'Ub',
  side: 'sent',
  from: 'BSF',
  to: 'UE',
  message,
  fields,
})
const linesOf = async (name: string): Promise<string[]> =>
  (await metrics.read()).split('\n').filter((line) => line.startsWith(`${name}{`))

test('messages are counted by name, and results by what they say', async () => {
  metrics.trace(event('401 Unauthorized', { status: 401, nonce: 'n' }))
  metrics.trace(event('401 Unauthorized', { status: 401, nonce: 'm' }))
  metrics.trace(event('GET', { uri: '/' }))
  metrics.trace({ kind: 'note', atMs: 0, entity: 'BSF', text: 'x' })
  expect(await linesOf('cpns_messages_total')).toEqual([
    'cpns_messages_total{point="Ub",message="401 Unauthorized",side="sent",entity="bsf"} 2',
    'cpns_messages_total{point="Ub",message="GET",side="sent",entity="bsf"} 1',
  ])
  expect(await linesOf('cpns_results_total')).toEqual([
    'cpns_results_total{point="Ub",result="401",side="sent",entity="bsf"} 2',
  ])
})

test('the process and the version are there, no value of a message is', async () => {
  metrics.trace(event('GET', { username: 'somebody@example.org', outcome: 'success' }))
  const text = await metrics.read()
  expect(text).toContain('cpns_build_info{version="1.2.3",entity="bsf"} 1')
  expect(text).toContain('process_cpu_seconds_total{entity="bsf"}')
  expect(text).not.toContain('somebody')
})

describe('durations, in seconds', () => {
  const sumsOf = async (name: string): Promise<string[]> => await linesOf(`${name}_sum`)

  test('of a request and its answer, if this end saw both', async () => {
    metrics.trace(event('GET', {}))
    metrics.trace({ ...event('401 Unauthorized', {}), elapsedMs: 40 })
    metrics.trace({ ...event('200 OK', {}), elapsedMs: 2 })
    const name = 'cpns_exchange_duration_seconds'
    expect(await sumsOf(name)).toEqual([`${name}_sum{entity="bsf",point="Ub",side="sent"} 0.042`])
    const buckets = await linesOf(`${name}_bucket`)
    expect(buckets).toContain(`${name}_bucket{le="0.0025",entity="bsf",point="Ub",side="sent"} 1`)
    expect(buckets).toContain(`${name}_bucket{le="0.05",entity="bsf",point="Ub",side="sent"} 2`)
  })

  test('of a handshake over its round trips; one that does not end is forgotten', async () => {
    const cpns = (message: string, transactionId: string): TraceEvent => ({
      ...event(message, {}),
      point: 'CPNS-2',
      transactionId,
    })
    metrics.trace(cpns('ConnectRequest', 'a'))
    metrics.trace(cpns('ConnectRequest', 'never'))
    await clock.advance(20)
    metrics.trace(cpns('AuthenticateRequest', 'a'))
    metrics.trace(cpns('AuthenticateResponse', 'a'))
    await clock.advance(10)
    metrics.trace(cpns('ConnectResponse', 'a'))
    metrics.trace(cpns('ConnectResponse', 'a'))
    for (let n = 0; n < 10_000; n++) metrics.trace(cpns('ConnectRequest', `flood ${n}`))
    metrics.trace(cpns('ConnectResponse', 'never'))
    const name = 'cpns_handshake_duration_seconds'
    const labels = '{entity="bsf",point="CPNS-2",exchange="connect",side="sent"}'
    expect(await sumsOf(name)).toEqual([`${name}_sum${labels} 0.03`])
    expect(await linesOf(`${name}_count`)).toEqual([`${name}_count${labels} 1`])
  })

  test('of deliveries', async () => {
    metrics.delivered(90_000)
    const buckets = await linesOf('cpns_delivery_duration_seconds_bucket')
    const count = (le: string) => buckets.find((line) => line.includes(`le="${le}"`))?.slice(-1)
    expect([count('60'), count('600')]).toEqual(['0', '1'])
  })
})

test('no peer can make more labels than there is room for', async () => {
  for (let n = 0; n < 1000; n++) metrics.trace(event(`m${n}`, { status: 100_000 + n }))
  for (const name of ['cpns_messages_total', 'cpns_results_total']) {
    const lines = await linesOf(name)
    expect(lines).toHaveLength(201)
    expect(lines.join()).toContain('="other"')
  }
})
