import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { readWholeFile } from './read-whole-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-file-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('all octets of a file, whatever they are', () => {
  const file = join(folder, 'octets')
  writeFileSync(file, new Uint8Array([0, 0xff, 10]))
  expect(readWholeFile('--file', file)).toEqual(new Uint8Array([0, 0xff, 10]))
})

test('no file, and a folder: the flag and the cause', () => {
  expect(() => readWholeFile('--file', join(folder, 'none'))).toThrow(ConfigurationInvalid)
  expect(() => readWholeFile('--file', join(folder, 'none'))).toThrow(/--file .*none.*ENOENT/)
  expect(() => readWholeFile('--file', folder)).toThrow(`--file ${folder}: it is a folder`)
})

test('what has no end: refused after a bounded number of octets', () => {
  const refused = '--ca /dev/zero: it has over 1048576 octets'
  expect(() => readWholeFile('--ca', '/dev/zero')).toThrow(refused)
  const body = () => readWholeFile('--body', '/dev/zero', 2_097_152)
  expect(body).toThrow('--body /dev/zero: it has over 2097152 octets')
})
