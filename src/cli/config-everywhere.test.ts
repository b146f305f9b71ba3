/** Every option that a configuration file can have: key, flag and variable give the same. Issue 6, 3 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Option } from 'commander'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LAB_SETTINGS } from '../lab/lab-config.ts'
import { fileOptionsOf, wordList } from './config-file.ts'
import {
  CONFIGURED,
  type ConfiguredEntity,
  configSchemaOf,
  serveCommandOf,
} from './config-schema.ts'
import { effectiveConfig } from './config-show.ts'
import { parseHostPort } from './host-port.ts'
import { createProgram } from './program.ts'
import { parseWholeNumber } from './whole-number.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-everywhere-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

type Written = string | number | boolean | readonly string[]

/** A value that is not the default. */
function sampleOf(option: Option): Written {
  if (option.isBoolean()) return true
  if (option.parseArg === wordList) return ['a', 'b']
  if (option.parseArg === parseHostPort) return '127.0.0.1:4321'
  if (option.parseArg === parseWholeNumber) return 7
  const { argChoices = [] } = option
  const other = argChoices.find((choice) => choice !== option.defaultValue) ?? 'word'
  return Array.isArray(option.defaultValue) || option.variadic ? [other] : other
}

const wordsOf = (value: Written): string[] => [value].flat().map(String)

async function shown(entity: ConfiguredEntity, flags: readonly string[], file?: string) {
  return await effectiveConfig(createProgram(), entity, { flags, file })
}

async function expectSame(
  entity: ConfiguredEntity,
  key: string,
  ways: { flags: readonly string[]; variable: string; text: string; content: object },
): Promise<void> {
  const find = (values: Awaited<ReturnType<typeof shown>>) =>
    values.find((value) => value.key === key)
  const byFlag = find(await shown(entity, ways.flags))
  const file = join(folder, 'c.json')
  writeFileSync(file, JSON.stringify(ways.content))
  const byFile = find(await shown(entity, [], file))
  const byDefault = find(await shown(entity, []))
  vi.stubEnv(ways.variable, ways.text)
  const byVariable = find(await shown(entity, []))
  expect(byFlag?.from).toMatch(/^flag /)
  expect(byVariable?.from).toBe(`environment ${ways.variable}`)
  expect(byFile?.from).toBe(`file ${file}`)
  expect(byFlag?.value).not.toEqual(byDefault?.value)
  expect([byVariable?.value, byFile?.value]).toEqual([byFlag?.value, byFlag?.value])
}

const ENTITIES = CONFIGURED.filter((entity) => entity !== 'lab')

describe.each(ENTITIES)('%s', (entity) => {
  const options = [...fileOptionsOf(serveCommandOf(createProgram(), entity))]

  test.each(options)('%s', async (key, option) => {
    const value = sampleOf(option)
    const words = wordsOf(value)
    const [flag, variable] = [option.long ?? '', option.envVar ?? '']
    const flags = value === true ? [flag] : words.flatMap((word) => [flag, word])
    await expectSame(entity, key, {
      flags,
      variable,
      text: words.join(' '),
      content: { [key]: value },
    })
  })

  test('the JSON Schema has each of them', () => {
    const { properties } = configSchemaOf(createProgram(), entity)
    const keys = Object.keys(properties as object).filter((key) => key !== '$schema')
    expect(keys).toEqual(options.map(([key]) => key))
  })
})

describe('lab', () => {
  test.each(LAB_SETTINGS)('$flag', async ({ path, flag, variable, defaultValue, choices }) => {
    const value = choices?.find((choice) => choice !== defaultValue) ?? 7
    const content = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
    await expectSame('lab', path.join('.'), {
      flags: [flag, String(value)],
      variable,
      text: String(value),
      content: content as object,
    })
  })
})
