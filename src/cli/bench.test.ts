import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { benchCommand } from './bench.ts'

/** What the command prints. */
async function run(line: string): Promise<string> {
  const output = new PassThrough()
  const bench = benchCommand(output)
  for (const command of bench.commands) {
    command.exitOverride().configureOutput({ writeErr: () => {} })
  }
  await bench.parseAsync(line.split(' '), { from: 'user' })
  output.end()
  return text(output)
}

describe('cpns bench aka', () => {
  test('prints the machine, then a table for each algorithm set', async () => {
    const output = await run('aka --seconds 0.01')
    expect(output).toMatch(/^cpns bench aka: one thread, 0\.01 s a figure\nNode v/)
    expect(output).toMatch(
      /\n\n {2}MILENAGE .*\n {2}AES-128 block, one a call +[\d,]+ +[\d.]+ +1\.000\n/,
    )
    expect(output).toMatch(/\n\n {2}TUAK .*\n {2}Keccak-f\[1600\], one permutation +[\d,]+ /)
    expect(output.match(/^ {2}vector/gm)).toHaveLength(10)
  })

  test('--json prints one object and nothing else', async () => {
    const output = await run('aka --seconds 0.01 --json')
    expect(output.indexOf('\n')).toBe(output.length - 1)
    const { bench, seconds, groups } = JSON.parse(output) as {
      bench: string
      seconds: number
      groups: { figures: { perSecond: number; microseconds: number; ratio: number }[] }[]
    }
    expect({ bench, seconds }).toEqual({ bench: 'aka', seconds: 0.01 })
    expect(groups.map(({ figures }) => figures.length)).toEqual([8, 6])
    for (const { perSecond, microseconds, ratio } of groups.flatMap(({ figures }) => figures)) {
      expect(Math.min(perSecond, microseconds, ratio)).toBeGreaterThan(0)
    }
  })

  test.each(['0', '-1', '3601', '0.001', 'long', '1e2', ''])(
    '--seconds %j is a usage error',
    async (seconds) => {
      await expect(run(`aka --seconds ${seconds}`)).rejects.toThrow(CommanderError)
    },
  )
})
