import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTrace } from './read-trace.ts'
import type { TraceLine } from './trace-lines.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-trace-'))
  path = join(folder, 't.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const note = (text: string): string =>
  JSON.stringify({ kind: 'note', atMs: 1, entity: 'BSF', text })
const textOf = (line: TraceLine): string => (line.kind === 'note' ? line.text : line.message)

async function all(): Promise<string[]> {
  const told: string[] = []
  for await (const line of readTrace(path)) told.push(textOf(line))
  return told
}

test('events in order; other lines of the lab, empty ones and half a line are left out', async () => {
  const message = { kind: 'message', atMs: 1, point: 'Ub', side: 'sent', from: 'a', to: 'b' }
  const get = JSON.stringify({ ...message, message: 'GET', fields: {} })
  writeFileSync(path, `${note('one')}\n{"kind":"started"}\n\n${get}\n{"kind":"no`)
  expect(await all()).toEqual(['one', 'GET'])
})

test('a file of any length', async () => {
  writeFileSync(path, Array.from({ length: 5000 }, (_, n) => `${note(`ü${n}`)}\n`).join(''))
  const told = await all()
  expect(told).toHaveLength(5000)
  expect(told.at(-1)).toBe('ü4999')
})

test.each([
  ['no JSON', '{'],
  ['no event', '{"kind":"note"}'],
  ['a number', '7'],
])('%s: the line is named', async (_, line) => {
  writeFileSync(path, `${note('one')}\n${line}\n`)
  await expect(all()).rejects.toThrow(`${path}: line 2: not an event of a trace`)
})

test('a file that is not there', async () => {
  await expect(all()).rejects.toThrow(`${path}: it cannot be read (ENOENT)`)
})

test('a file that grows is followed until the signal comes', async () => {
  writeFileSync(path, `${note('one')}\n{"kind":"note","atMs":1,`)
  const abort = new AbortController()
  const told: string[] = []
  for await (const line of readTrace(path, { follow: abort.signal })) {
    told.push(textOf(line))
    if (told.length === 1) appendFileSync(path, '"entity":"BSF","text":"two"}\n')
    else abort.abort()
  }
  expect(told).toEqual(['one', 'two'])
})
