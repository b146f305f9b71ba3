import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { trustOf } from './trust-flags.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-trust-flags-'))
  writeFileSync(join(folder, 'ca.pem'), 'PEM')
  writeFileSync(join(folder, 'binary'), Buffer.of(0xff, 0xfe))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the system, a key, or the authorities of a file', () => {
  expect(trustOf({})).toEqual({ kind: 'system' })
  expect(trustOf({ pin: 'Ab'.repeat(32) })).toEqual({ kind: 'pin', sha256: 'ab'.repeat(32) })
  expect(trustOf({ ca: join(folder, 'ca.pem') })).toEqual({ kind: 'ca', pem: 'PEM' })
})

test.each([
  ['--pin', () => ({ pin: 'ab' })],
  ['--ca', () => ({ ca: join(folder, 'nowhere') })],
  ['--ca', () => ({ ca: join(folder, 'binary') })],
])('%s that is wrong', (flag, flags) => {
  expect(() => trustOf(flags())).toThrow(ConfigurationInvalid)
  expect(() => trustOf(flags())).toThrow(flag)
})

test('of the BSF', () => {
  expect(() => trustOf({ pin: 'ab' }, 'bsf-')).toThrow('--bsf-pin: not 64 hex digits')
  expect(() => trustOf({ ca: join(folder, 'nowhere') }, 'bsf-')).toThrow('--bsf-ca ')
})
