import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Command, CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { cpnsBenchCommands } from './bench-cpns.ts'

/** What the command prints. */
async function run(line: string): Promise<string> {
  const output = new PassThrough()
  const bench = new Command('bench')
  for (const command of cpnsBenchCommands(output)) {
    bench.addCommand(command.exitOverride().configureOutput({ writeErr: () => {} }))
  }
  await bench.parseAsync(line.split(' '), { from: 'user' })
  output.end()
  return await text(output)
}

test('connect: the machine, the titles, then a line a load', async () => {
  const lines = (await run('connect --seconds 0.05')).trimEnd().split('\n')
  expect(lines[0]).toMatch(/^cpns bench connect: two processes, 0\.05 s a figure$/)
  expect(lines.filter((line) => /^ +(1|8|32) +ours +[\d,]+ /.test(line))).toHaveLength(3)
}, 120_000)

test('sessions --json: one object', async () => {
  const output = await run('sessions --sessions 10 --json')
  expect(output.indexOf('\n')).toBe(output.length - 1)
  expect(JSON.parse(output)).toMatchObject({ bench: 'sessions', sessions: 10 })
}, 120_000)

test.each(['0', '-1', '20001', 'many', ''])(
  'sessions: %j is no number of them',
  async (sessions) => {
    await expect(run(`sessions --sessions ${sessions}`)).rejects.toThrow(CommanderError)
  },
)
