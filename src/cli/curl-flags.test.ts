import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../octets/octets.ts'
import { curlRequestOf } from './curl-flags.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-curl-flags-'))
  writeFileSync(join(folder, 'body'), 'from a file')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('without flags a GET of nothing', () => {
  const { method, headers, body } = curlRequestOf({})
  expect([method, [...headers], body]).toEqual(['GET', [], new Uint8Array(0)])
})

test('a body makes it a POST, unless a method is given', () => {
  expect(curlRequestOf({ body: 'a' })).toMatchObject({ method: 'POST', body: utf8('a') })
  expect(curlRequestOf({ body: '', request: 'PUT' }).method).toBe('PUT')
  const file = `@${join(folder, 'body')}`
  expect(curlRequestOf({ body: file }).body).toEqual(utf8('from a file'))
})

test('headers, also of one name', () => {
  const { headers } = curlRequestOf({ header: ['X-A: 1', 'x-a:2', 'X-B: a: b '] })
  expect([...headers]).toEqual([
    ['x-a', '1, 2'],
    ['x-b', 'a: b'],
  ])
})

test.each([
  ['--request', { request: 'GET /' }],
  ['--request', { request: '' }],
  ['--header', { header: ['no colon'] }],
  ['--header', { header: [': value'] }],
  ['--header', { header: ['X-A: \r\nX-B: evil'] }],
  ['--header', { header: ['Authorization: Basic x'] }],
  ['--body', { body: '@/nowhere/at/all' }],
])('%s that is wrong: %j', (flag, flags) => {
  expect(() => curlRequestOf(flags)).toThrow(flag)
})
