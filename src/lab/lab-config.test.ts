import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import {
  checkLabConfig,
  DEFAULT_LAB_CONFIG,
  LAB_SETTINGS,
  labConfigJsonSchema,
  labValueOf,
  parseLabValue,
  readLabConfig,
  withLabValues,
} from './lab-config.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-config-'))
  file = join(folder, 'lab.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function read(text: string) {
  writeFileSync(file, text)
  return readLabConfig(file)
}

/** What a file is refused with: one line that names it. */
function refusal(text?: string): string {
  if (text !== undefined) writeFileSync(file, text)
  try {
    readLabConfig(file)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationInvalid)
    const { message } = error as Error
    expect(message).toContain(file)
    expect(message).not.toContain('\n')
    return message
  }
  throw new Error('it was accepted')
}

test('all of it is optional', () => {
  expect(read('{}')).toEqual(DEFAULT_LAB_CONFIG)
  expect(read('{"ports":{}}')).toEqual(DEFAULT_LAB_CONFIG)
  expect(DEFAULT_LAB_CONFIG).toEqual({
    host: '127.0.0.1',
    ports: { ub: 0, zh: 0, zn: 0, 'cpns-2': 0, 'cpns-1': 0, console: 0 },
    zh: 'diameter',
    zn: 'diameter',
    storySessionSeconds: 2,
  })
})

test('every field is taken, up to its limits', () => {
  const config = {
    host: '::1',
    ports: { ub: 65_535, zh: 2, zn: 3, 'cpns-2': 1, 'cpns-1': 0, console: 9090 },
    zh: 'in-process',
    zn: 'in-process',
    storySessionSeconds: 60,
  }
  expect(read(JSON.stringify(config))).toEqual(config)
})

const WRONG: readonly (readonly [field: string, config: object])[] = [
  ['host', { host: '0.0.0.0' }],
  ['host', { host: '::' }],
  ['host', { host: 'localhost' }],
  ['host', { host: 1 }],
  ['ports', { ports: 8080 }],
  ...[-1, 65_536, 1.5, '80', null].flatMap((value) => [
    ['ports.ub', { ports: { ub: value } }] as const,
    ['ports.cpns-2', { ports: { 'cpns-2': value } }] as const,
    ['ports.cpns-1', { ports: { 'cpns-1': value } }] as const,
    ['ports.console', { ports: { console: value } }] as const,
  ]),
  ...[1, 61, 2.5, '2', null].map(
    (value) => ['storySessionSeconds', { storySessionSeconds: value }] as const,
  ),
]

test.each(WRONG)('%s cannot be used in %j', (field, config) => {
  expect(refusal(JSON.stringify(config))).toContain(`${field}: `)
})

test('what is unknown is named', () => {
  expect(refusal('{"hots":"::1"}')).toContain('hots')
  expect(refusal('{"ports":{"ua":1}}')).toContain('1:11: ports.ua: no such option')
})

test('what is no object, no JSON or no file', () => {
  for (const text of ['[]', 'null', '"x"']) expect(refusal(text)).toContain('the whole: ')
  for (const text of ['', '{', '{"host":}']) expect(refusal(text)).toContain('not JSON')
  rmSync(file)
  expect(refusal()).toContain('ENOENT')
  file = folder
  expect(refusal()).toContain('it is a folder')
})

test('all faults, each by its line and column', () => {
  writeFileSync(file, '{\n  "host": "0.0.0.0",\n  "ports": { "ub": -1,\n    "zz": 1 }\n}')
  const result = checkLabConfig(file)
  expect('faults' in result && result.faults).toMatchObject([
    { place: { line: 2, column: 3 }, reason: expect.stringMatching(/^host: /) as string },
    { place: { line: 3, column: 14 }, reason: expect.stringMatching(/^ports\.ub: /) as string },
    { place: { line: 4, column: 5 }, reason: 'ports.zz: no such option' },
  ])
})

test('each setting has a flag and a variable of its name, in the schema too', () => {
  expect(LAB_SETTINGS.map(({ flag, variable }) => `${flag} ${variable}`)).toEqual([
    '--host CPNS_LAB_HOST',
    '--ports-ub CPNS_LAB_PORTS_UB',
    '--ports-zh CPNS_LAB_PORTS_ZH',
    '--ports-zn CPNS_LAB_PORTS_ZN',
    '--ports-cpns-2 CPNS_LAB_PORTS_CPNS_2',
    '--ports-cpns-1 CPNS_LAB_PORTS_CPNS_1',
    '--ports-console CPNS_LAB_PORTS_CONSOLE',
    '--zh CPNS_LAB_ZH',
    '--zn CPNS_LAB_ZN',
    '--story-session-seconds CPNS_LAB_STORY_SESSION_SECONDS',
  ])
  const schema = JSON.stringify(labConfigJsonSchema())
  for (const { flag, variable, description } of LAB_SETTINGS) {
    expect(description).not.toBe('')
    expect(schema).toContain(JSON.stringify(`${description} (${flag}; ${variable})`))
  }
})

test('one setting is changed, the others and the former configuration stay', () => {
  const [, ub] = LAB_SETTINGS
  const value = parseLabValue(ub!, '65535')
  const changed = withLabValues(DEFAULT_LAB_CONFIG, new Map([[ub!, value]]))
  expect(changed.ports).toEqual({ ...DEFAULT_LAB_CONFIG.ports, ub: 65_535 })
  expect([labValueOf(changed, ub!), labValueOf(DEFAULT_LAB_CONFIG, ub!)]).toEqual([65_535, 0])
  for (const text of ['65536', '-1', '1.5', '0x10', '']) {
    expect(() => parseLabValue(ub!, text)).toThrow(RangeError)
  }
})

test('its JSON Schema names every setting', () => {
  expect(Object.keys(labConfigJsonSchema().properties as object)).toEqual([
    '$schema',
    ...Object.keys(DEFAULT_LAB_CONFIG),
  ])
})
