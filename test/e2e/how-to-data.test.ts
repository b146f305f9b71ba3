/** How-to pages whose commands need a data folder and nothing that runs, typed as they stand, in one folder. Runs what `npm run build` made. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fencesOf, readPage } from '../docs/pages.fixture.ts'

const ROOT = resolve(import.meta.dirname, '..', '..')
const SHIM = `
cpns() { node ${join(ROOT, 'dist', 'cli', 'main.js')} "$@"; }
npx() { shift; cpns "$@"; }
`
/** How many of its blocks: what comes after them needs something that runs, or a key of the reader'''s. */
const PAGES: readonly (readonly [page: string, blocks: number])[] = [
  ['administer-bindings', 3],
  ['provision-a-pne', 4],
  ['back-up-and-restore', 3],
  ['rotate-the-master-key', 1],
  ['upgrade', 2],
]

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-how-to-'))
  const subscriber =
    '--impi 001010123456789@ims.example --k $(printf %032d 1) --opc $(printf %032d 2)'
  expect(await type(`cpns subscriber add --data ./hss ${subscriber}`)).toBe(0)
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** @returns Its exit status, behind what it said if that is not 0. */
function type(block: string): Promise<unknown> {
  return new Promise((done) => {
    execFile('bash', ['-ec', SHIM + block], { cwd: folder }, (error, stdout, stderr) =>
      done(error === null ? 0 : { block, status: error.code, stdout, stderr }),
    )
  })
}

test.each(PAGES)(
  '%s: its first blocks, %i of them',
  async (page, blocks) => {
    const fences = fencesOf(readPage(`how-to/${page}.md`)).filter(
      ({ language }) => language === 'sh',
    )
    expect(fences.length).toBeGreaterThanOrEqual(blocks)
    for (const { lines } of fences.slice(0, blocks)) expect(await type(lines.join('\n'))).toBe(0)
  },
  240_000,
)
