import { expect, test } from 'vitest'
import type { TraceItem } from '../../trace/trace.ts'
import { createTraceLines } from './trace-lines.ts'

const EVENT: TraceItem = {
  kind: 'message',
  atMs: 7,
  point: 'Ub',
  side: 'sent',
  from: 'UE',
  to: 'BSF',
  message: 'GET',
  fields: { uri: '/' },
}
const NOTE: TraceItem = { kind: 'note', atMs: 7, entity: 'BSF', text: 'started' }

function written(item: TraceItem, reveal = false): unknown {
  const lines: string[] = []
  createTraceLines({ reveal }, (line) => lines.push(line))(item)
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] as string)
}

test('a note and a message without octets are written as they are', () => {
  expect(written(NOTE)).toEqual(NOTE)
  expect(written(EVENT)).toEqual(EVENT)
})

test('octets are hexadecimal, revealed only if that is wanted', () => {
  const wire = ({ reveal }: { reveal: boolean }) => ({
    protocol: 'http' as const,
    octets: Uint8Array.of(reveal ? 0xab : 0),
  })
  expect(written({ ...EVENT, wire })).toEqual({ ...EVENT, protocol: 'http', octets: '00' })
  expect(written({ ...EVENT, wire }, true)).toEqual({ ...EVENT, protocol: 'http', octets: 'ab' })
})
