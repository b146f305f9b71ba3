import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMemoryHssStore } from '../../test/support/memory-hss-store.ts'
import type { HssStore } from '../hss/hss-store.ts'
import { importFile } from './subscriber-import.ts'

const KEYS = `${'ab'.repeat(16)},${'cd'.repeat(16)}`

let folder: string
let file: string
let store: HssStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-import-'))
  file = join(folder, 'subscribers.csv')
  store = createMemoryHssStore()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (count: number, more = '') => {
  const rows = Array.from({ length: count }, (_, n) => `${n}@ims.example,${KEYS}\n`)
  writeFileSync(file, `impi,k,opc\n${rows.join('')}${more}`)
}
const all = () => store.listSubscribers({ limit: 10_000 })

test('adds all of them, and says how far it is', async () => {
  write(2500)
  const progress: unknown[] = []
  const result = await importFile(file, { store, progress: (one) => progress.push(one) })
  expect(result).toEqual({ read: 2500, added: 2500, existed: 0 })
  const unit = 'subscribers'
  expect(progress).toEqual([
    ...[1000, 2000].map((done) => ({ done, unit: 'subscribers checked' })),
    ...[1000, 2000, 2500].map((done) => ({ done, total: 2500, unit })),
  ])
  expect(await all()).toHaveLength(2500)
})

test('again, or after half of it: those that are there stay, the others come', async () => {
  write(3)
  await importFile(file, { store })
  write(5)
  expect(await importFile(file, { store })).toEqual({ read: 5, added: 2, existed: 3 })
})

test('a wrong last line adds nothing', async () => {
  write(1500, 'x@ims.example,abab\n')
  await expect(importFile(file, { store })).rejects.toThrow(`${file}: line 1502: 2 cells`)
  expect(await all()).toEqual([])
})

test('nor does an IMPI that is there twice', async () => {
  write(3, `1@ims.example,${KEYS}\n`)
  await expect(importFile(file, { store })).rejects.toThrow('line 5: the IMPI of line 3')
  expect(await all()).toEqual([])
})

test('without a store it only checks', async () => {
  write(3)
  expect(await importFile(file, {})).toEqual({ read: 3, added: 0, existed: 0 })
})

test('a file that is not there, and a folder', async () => {
  await expect(importFile(join(folder, 'none'), { store })).rejects.toThrow('ENOENT')
  await expect(importFile(folder, { store })).rejects.toThrow('EISDIR')
})

test('an empty file adds nothing', async () => {
  writeFileSync(file, '')
  expect(await importFile(file, { store })).toEqual({ read: 0, added: 0, existed: 0 })
})

test('a file that is one endless line is not read to its end', async () => {
  writeFileSync(file, `impi,k,opc\n${'x'.repeat(2_000_000)}`)
  await expect(importFile(file, { store })).rejects.toThrow('line 2: over 131072 characters')
})
