import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { runBench } from './bench-run.ts'

async function run(json: boolean): Promise<string> {
  const output = new PassThrough()
  const flags = { json, seconds: 2 }
  await runBench({ name: 'things', flags, processes: 'two processes', figures: 1 }, output, {
    async measure({ print, tell }) {
      tell()
      print('  a table')
      return { figures: [1, 2] }
    },
  })
  output.end()
  return text(output)
}

test('for people: what runs where, in 80 columns, then the tables', async () => {
  const printed = await run(false)
  expect(printed).toMatch(
    /^cpns bench things: two processes, 2 s a figure\nNode v[\s\S]*\n\n {2}a table\n$/,
  )
  for (const line of printed.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('for programs: one object, and nothing else', async () => {
  const printed = await run(true)
  expect(printed.indexOf('\n')).toBe(printed.length - 1)
  expect(JSON.parse(printed)).toMatchObject({
    bench: 'things',
    machine: { node: process.version },
    seconds: 2,
    figures: [1, 2],
  })
})
