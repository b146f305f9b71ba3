import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGrowingFile } from './append-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-capture-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('text and octets are there at once, for the owner only', () => {
  const path = join(folder, 'f')
  const file = createGrowingFile(path, () => {})
  file.append('a\n')
  file.append(Uint8Array.of(98))
  expect(readFileSync(path, 'utf8')).toBe('a\nb')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  file.close()
  file.close()
  file.append('c')
  expect(readFileSync(path, 'utf8')).toBe('a\nb')
})

test('a file that cannot be made is named', () => {
  const path = join(folder, 'none', 'f')
  expect(() => createGrowingFile(path, () => {})).toThrow(`${path}: it cannot be written (ENOENT)`)
})

test.skipIf(!existsSync('/dev/full'))('a full disk is told once, and stops nobody', () => {
  const told: string[] = []
  const file = createGrowingFile('/dev/full', (reason) => told.push(reason))
  file.append('a')
  file.append('b')
  expect(told).toEqual(['ENOSPC'])
})
