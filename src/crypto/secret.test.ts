import { format, inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { Secret } from './secret.ts'

const HEX = '6b6579206f6374657473'
const TEXT = 'key octets'
const secret = Secret.of(fromHex(HEX))
/** What a careless caller would print. */
const careless = secret as unknown as string
const nested = { session: { keys: [secret], byName: new Map([['uplink', secret]]) } }

describe('prints as [secret]', () => {
  test.each([
    ['in a template', `key ${careless}`],
    ['joined to text', 'a'.concat(careless)],
    ['as String', String(secret)],
    ['as JSON', JSON.stringify(secret)],
    ['as JSON inside objects', JSON.stringify(nested)],
    ['inspected', inspect(secret)],
    ['inspected inside objects', inspect(nested, { depth: null, showHidden: true })],
    ['formatted as %s', format('%s', secret)],
    ['formatted as %o', format('%o', nested)],
    ['formatted as %O', format('%O', nested)],
    ['formatted as %j', format('%j', nested)],
    ['in an error', new Error(`failed with ${careless}`).message],
    ['in a list', [secret].join()],
  ])('%s', (_how, printed) => {
    expect(printed).toContain('[secret]')
    expect(printed).not.toContain(TEXT)
    expect(printed).not.toContain(HEX)
    expect(printed).not.toMatch(/107,\s*101|6b 65 79/)
  })

  test('and shows nothing where printing is by force', () => {
    expect(inspect(secret, { customInspect: false, showHidden: true })).not.toMatch(/107|6b/)
    expect(Object.getOwnPropertyNames(secret)).toEqual([])
    expect(Object.assign({}, secret)).toEqual({})
    expect(structuredClone(secret)).toEqual({})
  })
})

describe('holds its own octets', () => {
  test('changes outside do not reach it', () => {
    const source = fromHex(HEX)
    const copy = Secret.of(source)
    source.fill(0)
    expect(toHex(copy.reveal())).toBe(HEX)
    expect(copy).toHaveLength(10)
  })

  test('wipe overwrites them', () => {
    const source = fromHex(HEX)
    const wiped = Secret.of(source)
    wiped.wipe()
    expect(wiped.reveal()).toEqual(new Uint8Array(10))
    expect(toHex(source)).toBe(HEX)
  })
})

test('equals compares the octets', () => {
  expect(secret.equals(Secret.of(fromHex(HEX)))).toBe(true)
  expect(secret.equals(Secret.of(fromHex(`${HEX}00`)))).toBe(false)
  expect(secret.equals(Secret.of(fromHex('6b6579206f6374657472')))).toBe(false)
})

test('a part is no copy: it is overwritten with the whole, and prints as little', () => {
  const secret = Secret.of(Uint8Array.of(1, 2, 3, 4))
  const part = secret.part(1, 3)
  expect(part.equals(Secret.of(Uint8Array.of(2, 3)))).toBe(true)
  expect(String(part)).toBe('[secret]')
  secret.wipe()
  expect(part.reveal()).toEqual(new Uint8Array(2))
})
