import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromUtf8 } from '../octets/octets.ts'
import { readPassword } from './password-flag.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-password-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (octets: string | Uint8Array) => {
  const file = join(folder, 'password')
  writeFileSync(file, octets)
  return readPassword({ file, isNew: false })
}

test.each([
  ['secret', 'secret'],
  ['secret\n', 'secret'],
  ['secret\r\n', 'secret'],
  [' two words ', ' two words '],
])('the file %j holds %j', async (text, password) => {
  expect(fromUtf8((await read(text)).reveal())).toBe(password)
})

test.each([
  ['nothing', '', 'not 1 to 256 characters'],
  ['two lines', 'secret\nline\n', 'control character'],
  ['no text', Uint8Array.of(0xff, 0xfe), 'not UTF-8'],
])('%s is no password, and is not shown', async (_, octets, reason) => {
  const failure = read(octets)
  await expect(failure).rejects.toThrow(`--password-file: `)
  await expect(failure).rejects.toThrow(reason)
  await expect(failure).rejects.not.toThrow('secret')
})
