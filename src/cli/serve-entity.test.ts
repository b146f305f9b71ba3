import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfigurationInvalid, StoreFailed } from '../errors/errors.ts'
import { serveEntity } from './serve-entity.ts'

let data: string
let written: string
beforeEach(() => {
  data = join(mkdtempSync(join(tmpdir(), 'cpns-entity-')), 'new')
  written = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(join(data, '..'), { recursive: true, force: true })
})

test('says who it is, stays until it is interrupted, and ends in reverse order', async () => {
  const ended: string[] = []
  const serving = serveEntity({ entity: 'bsf', data }, async ({ folder, releases }) => {
    expect(folder.path).toBe(data)
    for (const name of ['store', 'socket']) releases.push(async () => void ended.push(name))
    return [
      { fields: { a: 1 }, lines: ['line 1'] },
      { fields: { b: 2 }, lines: ['line 2'] },
    ]
  })
  await expect.poll(() => written).toContain('is ready')
  process.emit('SIGTERM')
  await serving
  expect(written).toBe('line 1\nline 2\nbsf is ready.\nbsf has stopped.\n')
  expect(ended).toEqual(['socket', 'store'])
})

test('what cannot start leaves nothing behind, and a bad store is a bad folder', async () => {
  const ended: string[] = []
  const serving = serveEntity({ entity: 'hss', data }, async ({ releases }) => {
    releases.push(() => ended.push('store'))
    throw new StoreFailed('a key does not open')
  })
  await expect(serving).rejects.toThrow(ConfigurationInvalid)
  expect([ended, written]).toEqual([['store'], ''])
})
