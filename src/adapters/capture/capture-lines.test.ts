import { expect, test } from 'vitest'
import type { TraceEvent } from '../../trace/trace.ts'
import { createCaptureLines } from './capture-lines.ts'

const event = (point: TraceEvent['point'], from: string, to: string): TraceEvent => ({
  kind: 'message',
  atMs: 0,
  point,
  side: 'sent',
  from,
  to,
  message: 'x',
  fields: {},
})

test('who speaks first is the client; both directions share one connection', () => {
  const place = createCaptureLines((name) => name)
  const asked = place(event('Zh', 'BSF', 'HSS'), 'diameter')
  const answered = place(event('Zh', 'HSS', 'BSF'), 'diameter')
  expect(answered.line).toBe(asked.line)
  expect([asked.isFromClient, answered.isFromClient]).toEqual([true, false])
  expect(asked.to).toEqual({ address: Uint8Array.of(127, 1, 0, 2), port: 3868 })
  expect([answered.from, answered.to]).toEqual([asked.to, asked.from])
})

test('another reference point or carrier is another connection, an entity keeps its address', () => {
  const place = createCaptureLines((name) => name.toUpperCase())
  const zh = place(event('Zh', 'bsf', 'hss'), 'diameter')
  const http = place(event('Zh', 'BSF', 'HSS'), 'http')
  expect(http.to.port).toBe(8082)
  expect(http.from.address).toEqual(zh.from.address)
  expect(http.from.port).not.toBe(zh.from.port)
})

test('any number of connections', () => {
  const place = createCaptureLines((name) => name)
  for (let n = 0; n < 70_000; n += 1) {
    const { from } = place(event('Ub', `UE ${n}`, 'BSF'), 'http')
    expect(from.port).toBeLessThan(65_536)
  }
})
