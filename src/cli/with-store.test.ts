import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../ports/store.ts'
import { withStore } from './with-store.ts'

let root: string
let path: string
const closed: string[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cpns-with-store-'))
  path = join(root, 'data')
  closed.length = 0
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const open = (folder: { readonly path: string }): Store => ({
  check: async () => {},
  close: async () => void closed.push(folder.path),
})

test('the store is closed after the work, also if that fails', async () => {
  await withStore({ data: path, create: true }, open, async () => expect(closed).toEqual([]))
  expect(closed).toEqual([path])
  const failing = withStore({ data: path, create: false }, open, () =>
    Promise.reject(new Error('work')),
  )
  await expect(failing).rejects.toThrow('work')
  expect(closed).toEqual([path, path])
})

test('a folder is made only where it may be', async () => {
  await expect(withStore({ data: path, create: false }, open, async () => {})).rejects.toThrow(
    'there is no such folder',
  )
  expect(existsSync(path)).toBe(false)
})
