/** 100,000 subscribers from one file, into the store of an HSS, in under a minute. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCpns } from '../support/run-cpns.ts'

const LINES = 100_000
const LONGEST_MS = 60_000

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-import-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const impiOf = (n: number): string => `00101${String(n).padStart(10, '0')}@ims.example`
const numbers = Array.from({ length: LINES }, (_, n) => n)

test.each([
  [
    'CSV',
    ['impi,k,opc', ...numbers.map((n) => `${impiOf(n)},${'ab'.repeat(16)},${'cd'.repeat(16)}`)],
  ],
  [
    'JSON lines',
    numbers.map((n) =>
      JSON.stringify({ impi: impiOf(n), k: 'ab'.repeat(16), opc: 'cd'.repeat(16) }),
    ),
  ],
])(
  '%s',
  async (name, lines) => {
    const file = join(folder, 'subscribers')
    writeFileSync(file, lines.join('\n'))
    const data = join(folder, name)
    const startMs = performance.now()
    const first = await runCpns(['subscriber', 'import', file, '--data', data, '--json'])
    expect(performance.now() - startMs).toBeLessThan(LONGEST_MS)
    expect(first.stderr).toBe('')
    expect(JSON.parse(first.stdout)).toEqual({ read: LINES, added: LINES, existed: 0 })
    const last = await runCpns(['subscriber', 'show', impiOf(LINES - 1), '--data', data, '--json'])
    expect(JSON.parse(last.stdout)).toMatchObject({ impi: impiOf(LINES - 1), uiccType: 'GBA_U' })
  },
  120_000,
)
