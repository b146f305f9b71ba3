import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CONFIGURED, configSchemaOf, serveCommandOf, writtenValue } from './config-schema.ts'
import { createProgram } from './program.ts'

const camel = (flag: string): string =>
  flag.replace(/^--/, '').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

const OF_ONE_RUN = ['--config', '--json']

describe.each(CONFIGURED.filter((entity) => entity !== 'lab'))('%s', (entity) => {
  const schema = configSchemaOf(createProgram(), entity)
  const properties = schema.properties as Record<string, { description: string; default?: unknown }>
  const { options } = serveCommandOf(createProgram(), entity)
  const accepts = (value: unknown): boolean => z.fromJSONSchema(schema).safeParse(value).success

  test('its keys are its flags, each with its description and its variable', () => {
    const flags = options.map(({ long }) => long ?? '').filter((long) => !OF_ONE_RUN.includes(long))
    expect(Object.keys(properties)).toEqual(['$schema', ...flags.map(camel)])
    for (const flag of flags) {
      const { description = '' } = properties[camel(flag)] ?? {}
      const variable = `CPNS_${entity}_${flag.slice(2)}`.replaceAll('-', '_').toUpperCase()
      expect(description).toMatch(/^\S.+ \(/)
      expect(description).toContain(`(${flag}; ${variable})`)
    }
  })

  test('every default is a value that may be written', () => {
    const defaults = Object.entries(properties).filter(([, one]) => 'default' in one)
    expect(defaults.length).toBeGreaterThan(1)
    expect(accepts(Object.fromEntries(defaults.map(([key, one]) => [key, one.default])))).toBe(true)
  })

  test.each([
    ['an unknown key', { colour: 'red' }],
    ['an address that is none', { listen: 'here' }],
    ['a style that is none', { pcapStyle: 'x' }],
    ['a text that is none', { data: 1 }],
  ])('%s is refused', (_name, value) => {
    expect(accepts(value)).toBe(false)
  })
})

test('the lab has one too', () => {
  const schema = z.fromJSONSchema(configSchemaOf(createProgram(), 'lab'))
  expect(schema.safeParse({ ports: { ub: 1 } }).success).toBe(true)
  expect(schema.safeParse({ ports: { ub: -1 } }).success).toBe(false)
})

test('addresses are written as they are typed', () => {
  expect(writtenValue({ host: '::1', port: 1 })).toBe('[::1]:1')
  expect(writtenValue(7)).toBe(7)
})
