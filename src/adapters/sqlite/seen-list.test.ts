import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSeenList } from './seen-list.ts'

const MESSAGE = { from: 'urn:x:a', messageId: 'm1' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-seen-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('what was handled is known after the end, until it expires', async () => {
  const file = join(folder, 'seen.db')
  const first = openSeenList(file)
  expect(await first.hasSeen(MESSAGE, 0)).toBe(false)
  await first.markSeen({ ...MESSAGE, expiresAtMs: 1000 })
  await first.close()
  const second = openSeenList(file)
  expect(await second.hasSeen(MESSAGE, 0)).toBe(true)
  expect(await second.hasSeen({ ...MESSAGE, from: 'urn:x:b' }, 0)).toBe(false)
  expect([await second.removeExpired(999), await second.removeExpired(1000)]).toEqual([0, 1])
  expect(await second.hasSeen(MESSAGE, 0)).toBe(false)
  await second.close()
})
