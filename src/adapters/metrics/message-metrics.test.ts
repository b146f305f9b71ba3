import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TraceEvent } from '../../trace/trace.ts'
import { createMessageMetrics, type MessageMetrics } from './message-metrics.ts'

let metrics: MessageMetrics
beforeEach(() => {
  metrics = createMessageMetrics('bsf', '1.2.3')
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
