import { PassThrough, Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Command, CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { GBA_VECTORS } from '../../test/support/gba-vectors.ts'
import { CALCULATORS, calcCommand } from './calc.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const { subscriber, challenge, names } = GBA_VECTORS
const RAND = challenge.rand

/** Runs `cpns calc …` as the program does, with usage errors noted. */
async function run(line: string, input = ''): Promise<{ output: string; usage: string }> {
  const output = new PassThrough()
  const calc = calcCommand({ input: Readable.from([Buffer.from(input)]), output })
  const usage: string[] = []
  for (const command of [calc, ...calc.commands]) {
    command.exitOverride()
    command.configureOutput({ writeErr: (line) => usage.push(line) })
  }
  try {
    await new Command('cpns')
      .exitOverride()
      .addCommand(calc)
      .parseAsync(['calc', ...line.split(' ')], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    usage.push(`(${error.code})`)
  }
  output.end()
  return { output: await text(output), usage: usage.join('') }
}

describe('with flags', () => {
  test('the fields in kebab-case give one line of JSON', async () => {
    const { ck, ik } = challenge
    const keys = `--ck ${ck} --ik ${ik} --rand ${RAND} --impi ${subscriber.impi}`
    const naf = `--naf-fqdn ${names.naf_fqdn} --ua-id FF43504E53`
    const { output } = await run(`gba ${keys} ${naf} --id seven`)
    expect(output.endsWith('}\n')).toBe(true)
    expect(JSON.parse(output)).toMatchObject({
      id: 'seven',
      ksExtNaf: 'f568a61c01d3a657e4a7affa881428d8edf3b085fbd69cbf14e74dc4c24ed10e',
    })
  })

  test('number fields are numbers', async () => {
    const keys = `--algorithm tuak --k ${subscriber.k} --topc ${'55'.repeat(32)}`
    const challengeFlags = `--rand ${RAND} --sqn 0000000000a0 --amf 0000`
    const { output } = await run(`vector ${keys} ${challengeFlags} --res-bits 128`)
    expect((JSON.parse(output) as { xres: string }).xres).toHaveLength(32)
  })

  test.each([
    ['vector', 'calc vector: k: missing'],
    ['btid --rand secret --bsf b', 'calc btid: rand: hex of 16 octets expected'],
    [
      `vector --algorithm tuak --k ${RAND} --iterations many`,
      'calc vector: iterations: a whole number expected',
    ],
    [`btid --jsonl --rand ${RAND}`, '--jsonl reads all fields from standard input'],
  ])('%j is a usage error of one line', async (line, message) => {
    expect(usageErrorOf(await runProgram(['calc', ...line.split(' ')]))).toBe(`cpns: ${message}\n`)
  })

  test.each([
    ['vector', 'missing-field', 'calc vector: k: missing'],
    ['btid --rand secret --bsf b', 'malformed-field', 'calc btid: rand: hex of 16 octets expected'],
  ])('%j --json: the code of a line is that of the error', async (line, code, message) => {
    const { status, stderr } = await runProgram(['calc', ...line.split(' '), '--json'])
    expect(status).toBe(2)
    expect(JSON.parse(stderr)).toEqual({ error: { code, message } })
  })

  test('an unknown flag is named without its value', async () => {
    const run = await runProgram(['calc', 'btid', '--kk=465b5ce8b199b49faa5f0a2ee238a6bc'])
    expect(usageErrorOf(run)).toContain("unknown option '--kk'")
    expect(run.stderr).not.toContain('465b')
  })

  test.each(CALCULATORS)('$name lists every field in its help', async ({ name, fieldNames }) => {
    const help = calcCommand()
      .commands.find((command) => command.name() === name)!
      .helpInformation()
    for (const field of fieldNames)
      expect(help).toContain(`--${field.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} <`)
  })
})

/** Takes nothing. */
const failingOutput = (code: string): Writable =>
  new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('write failed'), { code }))
    },
  })

/** Runs one line into this output. */
const runInto = (output: Writable): Promise<unknown> =>
  calcCommand({ input: Readable.from([Buffer.from('{}\n')]), output }).parseAsync(
    ['btid', '--jsonl'],
    { from: 'user' },
  )

describe('with --jsonl', () => {
  test('many lines, wrong ones among them', async () => {
    const { output } = await run(
      'btid --jsonl',
      `{"id":1,"rand":"${RAND}","bsf":"${names.bsf}"}\nnonsense\n{"id":3,"bsf":"x"}\n`,
    )
    expect(
      output
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { id: 1, btid: names.btid },
      { error: { code: 'malformed-line', message: 'one JSON object in UTF-8 expected' } },
      { id: 3, error: { code: 'missing-field', message: 'rand: missing' } },
    ])
  })

  test('a reader that has enough ends it quietly, any other fault does not', async () => {
    await expect(runInto(failingOutput('EPIPE'))).resolves.toBeDefined()
    await expect(runInto(failingOutput('ENOSPC'))).rejects.toThrow('write failed')
  })
})
