import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseEntityId } from '../identity/entity-id.ts'
import { toHex } from '../octets/octets.ts'
import { readDeviceEuKey } from './device-eukey-file.ts'

const ENTITY = parseEntityId('urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a10')
const KEY = 'ab'.repeat(32)
const PRINTED = { id: 'k1', entityId: ENTITY, key: KEY, expires: '2030-01-01T00:00:00.000Z' }
const NOW_MS = Date.UTC(2026, 0, 1)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-eukey-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function read(content: string) {
  const file = join(folder, 'key')
  writeFileSync(file, content)
  return readDeviceEuKey(file, { entityId: ENTITY, nowMs: NOW_MS })
}

test('what eukey add printed, whatever else is in it', () => {
  const { id, key, expiresAtMs } = read(`${JSON.stringify({ ...PRINTED, owner: 'user alice' })}\n`)
  expect([id, toHex(key.reveal()), expiresAtMs]).toEqual(['k1', KEY, Date.UTC(2030, 0, 1)])
})

test('hex digits alone: 30 days', () => {
  const { id, key, expiresAtMs } = read(` ${KEY.toUpperCase()}\n`)
  expect([id, toHex(key.reveal())]).toEqual(['given', KEY])
  expect(expiresAtMs - NOW_MS).toBe(30 * 86_400_000)
})

describe('refused, and never shown', () => {
  test.each([
    ['nothing', '', 'neither 64 hex digits'],
    ['too short', KEY.slice(2), 'neither 64 hex digits'],
    ['no key', JSON.stringify({ ...PRINTED, key: undefined }), 'neither 64 hex digits'],
    ['a short key', JSON.stringify({ ...PRINTED, key: KEY.slice(2) }), 'neither 64 hex digits'],
    ['no date', JSON.stringify({ ...PRINTED, expires: 'soon' }), 'neither 64 hex digits'],
    ['another entity', JSON.stringify({ ...PRINTED, entityId: 'urn:x:a' }), 'of urn:x:a'],
  ])('%s', (_name, content, message) => {
    let shown = ''
    try {
      read(content)
    } catch (error) {
      shown = String(error)
    }
    expect(shown).toContain(message)
    expect(shown).not.toContain('abab')
  })
})
