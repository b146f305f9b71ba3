import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { configurable, needed, wordList } from './config-file.ts'
import { parseWholeNumber } from './whole-number.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-config-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function configFile(content: unknown): string {
  const file = join(folder, 'config.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

async function run(args: readonly string[], content?: unknown) {
  let flags: Record<string, unknown> = {}
  const command = new Command('tested')
    .option('--name <text>', 'a text')
    .option('--seconds <n>', 'a number', parseWholeNumber, 60)
    .option('--peer <names...>', 'words', wordList)
    .option('--loud', 'yes or no', false)
    .addOption(new Option('--mode <what>', 'a choice').choices(['a', 'b']).default('a'))
    .action((given: Record<string, unknown>) => {
      flags = given
    })
  configurable(command, 'CPNS_TESTED')
  const config = content === undefined ? [] : ['--config', configFile(content)]
  await command.parseAsync([...args, ...config], { from: 'user' })
  const { config: _, ...rest } = flags
  return rest
}

const FILE = { name: 'file', seconds: 7, peer: ['x', 'y'], loud: true, mode: 'b' }

describe('where a value comes from', () => {
  test('defaults', async () => {
    expect(await run([])).toEqual({ seconds: 60, loud: false, mode: 'a' })
  })

  test('the file is over the defaults', async () => {
    expect(await run([], FILE)).toEqual(FILE)
    expect(await run([], { peer: 'x y' })).toMatchObject({ peer: ['x', 'y'] })
  })

  test('the environment is over the file', async () => {
    vi.stubEnv('CPNS_TESTED_NAME', 'environment')
    vi.stubEnv('CPNS_TESTED_SECONDS', '8')
    vi.stubEnv('CPNS_TESTED_PEER', 'p  q')
    vi.stubEnv('CPNS_TESTED_LOUD', 'false')
    expect(await run([], FILE)).toEqual({
      name: 'environment',
      seconds: 8,
      peer: ['p', 'q'],
      loud: false,
      mode: 'b',
    })
  })

  test.each([
    ['SECONDS', 'many'],
    ['LOUD', 'yes'],
    ['MODE', 'c'],
  ])('what the environment says wrongly of %s is said', async (name, value) => {
    vi.stubEnv(`CPNS_TESTED_${name}`, value)
    await expect(run([])).rejects.toThrow(`environment: CPNS_TESTED_${name}: `)
  })

  test('flags are over all', async () => {
    vi.stubEnv('CPNS_TESTED_NAME', 'environment')
    const flags = ['--name', 'flag', '--peer', 'r', '--peer', 's', 't', '--mode', 'a']
    expect(await run(flags, FILE)).toEqual({
      ...FILE,
      name: 'flag',
      peer: ['r', 's', 't'],
      mode: 'a',
    })
  })
})

test('the place of a schema, which an editor needs, is no option', async () => {
  expect(await run([], { $schema: './tested.schema.json', name: 'file' })).toMatchObject({
    name: 'file',
  })
})

describe('refused, naming file and key', () => {
  test.each([
    ['an unknown key', { colour: 'red' }, '1:2: colour: no such option'],
    ['the flag in kebab-case', { 'tls-cert': 'x' }, '1:2: tls-cert: no such option'],
    ['a file in the file', { config: 'x' }, '1:2: config: no such option'],
    ['a number that is none', { seconds: 'many' }, '1:2: seconds: '],
    ['a list where there is one', { name: ['a', 'b'] }, '1:2: name: a list'],
    ['no truth', { loud: 'yes' }, '1:2: loud: not true or false'],
    ['no choice', { mode: 'c' }, '1:2: mode: not one of a, b'],
    ['an object', { name: {} }, '1:2: name: not a value of an option'],
    ['no object', [], '1:1: the whole: not an object'],
    ['no JSON', '{\n  "name": "a",\n  oops\n}', '3:3: not JSON'],
    ['half of it', '{\n  "name": "a"', '2:14: not JSON'],
  ])('%s', async (_name, content, message) => {
    const refused = expect(run([], content)).rejects
    await refused.toThrow(ConfigurationInvalid)
    await expect(run([], content)).rejects.toThrow(`config.json:${message}`)
  })

  test('no file', async () => {
    await expect(run(['--config', join(folder, 'none')])).rejects.toThrow('ENOENT')
  })
})

test('what is needed is said by its flag', () => {
  expect(needed('x', 'name')).toBe('x')
  expect(() => needed(undefined, 'name')).toThrow('--name: needed')
})
