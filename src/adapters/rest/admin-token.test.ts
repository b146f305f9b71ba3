import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { openAdminToken } from './admin-token.ts'

const random = createSeededRandom(1)

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-admin-'))
  path = join(folder, 'admin.token')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open() {
  const clock = createVirtualClock()
  const { authorize } = openAdminToken(path, { clock, random })
  const attempt = (authorization: string | undefined, address = '::1') => {
    try {
      authorize({ authorization, address })
      return 200
    } catch (error) {
      return (error as { status: number }).status
    }
  }
  return { clock, attempt }
}

test('made at the first start, mode 600, and the same at the next', () => {
  open()
  const token = readFileSync(path, 'utf8').trim()
  expect(token).toMatch(/^cpnsadmin_[\w-]{43}$/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(open().attempt(`Bearer ${token}`)).toBe(200)
})

test('anything else is not it', () => {
  const { attempt } = open()
  const token = readFileSync(path, 'utf8').trim()
  for (const wrong of [undefined, '', token, `Basic ${token}`, `Bearer ${token}x`, 'Bearer x']) {
    expect(attempt(wrong)).toBe(401)
  }
})

test('an address that guesses waits a minute, even with the token', async () => {
  const { attempt, clock } = open()
  const right = `Bearer ${readFileSync(path, 'utf8').trim()}`
  for (let n = 0; n < 20; n += 1) expect(attempt('Bearer x')).toBe(401)
  expect([attempt(right), attempt(right, '2001:db8::2')]).toEqual([429, 200])
  await clock.advance(60_000)
  expect(attempt(right)).toBe(200)
})

test('a file that others can read, and one without a token', () => {
  writeFileSync(path, 'a', { mode: 0o644 })
  expect(open).toThrow(ConfigurationInvalid)
  rmSync(path)
  writeFileSync(path, 'cpnsadmin_short', { mode: 0o600 })
  expect(open).toThrow('it holds no token')
})
