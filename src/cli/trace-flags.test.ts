import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noTrace, type TraceEvent } from '../trace/trace.ts'
import { joinTraces, openTrace, traceable } from './trace-flags.ts'

let folder: string
let warned: string[]
const warn = (line: string): void => void warned.push(line)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-trace-'))
  warned = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const EVENT: TraceEvent = {
  kind: 'message',
  atMs: 7,
  point: 'Ub',
  side: 'sent',
  from: 'UE',
  to: 'BSF',
  message: 'GET',
  fields: {},
  wire: ({ reveal }) => ({ protocol: 'http', octets: Uint8Array.of(reveal ? 1 : 0) }),
}
const fileOf = (name: string): string => join(folder, name)

test('without files nobody looks, and so nobody makes events', () => {
  const opened = openTrace({}, warn)
  expect(opened.trace).toBe(noTrace)
  expect(opened.keyLog).toBeUndefined()
  expect(warned).toEqual([])
})

test('trace file, capture and key log are written as it goes', () => {
  const [traceFile, pcap, keylog] = [fileOf('t'), fileOf('p'), fileOf('k')]
  const opened = openTrace({ traceFile, pcap, pcapStyle: 'ip', keylog }, warn)
  opened.trace(EVENT)
  opened.keyLog?.line('CLIENT_RANDOM a b')
  expect(JSON.parse(readFileSync(traceFile, 'utf8'))).toMatchObject({ octets: '00' })
  expect(readFileSync(pcap).subarray(20, 24).toString('hex')).toBe('00000065')
  expect(readFileSync(keylog, 'utf8')).toBe('CLIENT_RANDOM a b\n')
  expect(warned.join()).toContain(`WARNING: ${keylog}`)
  opened.close()
  opened.trace(EVENT)
  expect(readFileSync(traceFile, 'utf8').split('\n')).toHaveLength(2)
})

test('secrets are written only with --reveal, which is told loudly', () => {
  const traceFile = fileOf('t')
  const opened = openTrace({ traceFile, reveal: true }, warn)
  opened.trace(EVENT)
  opened.close()
  expect(JSON.parse(readFileSync(traceFile, 'utf8'))).toMatchObject({ octets: '01' })
  expect(warned.join()).toContain('--reveal: KEYS')
})

test('--reveal alone is a mistake', () => {
  expect(() => openTrace({ reveal: true }, warn)).toThrow('--reveal: needs')
})

test.skipIf(!existsSync('/dev/full'))('a full disk is told, and stops nothing', () => {
  const opened = openTrace({ traceFile: '/dev/full' }, warn)
  opened.trace(EVENT)
  expect(warned).toEqual(['--trace-file /dev/full: nothing more is written (ENOSPC)'])
})

test('serving commands have the flags but not --reveal', () => {
  const flags = traceable(new Command()).options.map(({ long }) => long)
  expect(flags).toEqual(['--trace-file', '--pcap', '--pcap-style', '--keylog'])
})

test('traces are joined, and those of nobody are left out', () => {
  const seen: string[] = []
  const trace = (): void => void seen.push('one')
  expect(joinTraces([noTrace, trace])).toBe(trace)
  joinTraces([trace, trace])(EVENT)
  expect(seen).toEqual(['one', 'one'])
})
