/** Ctrl-C in the middle of long work: it ends at once, leaves nothing half, and can be done again. Issue 6, 4 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCpns, startCpns } from '../support/run-cpns.ts'

const SUBSCRIBERS = 10_000
/** As a shell shows it: 130. */
const INTERRUPTED = { status: null, signal: 'SIGINT', stdout: '', stderr: '' }

let place: string
let data: string
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'cpns-e2e-ctrl-c-'))
  data = join(place, 'data')
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** Presses Ctrl-C as soon as it is so far; what ends before that is the result. */
async function interrupted(args: readonly string[], isSoFar: () => boolean, env = {}) {
  const run = startCpns(args, { isGroup: true, env })
  const { child } = run
  while (child.exitCode === null && !isSoFar()) await pause(1)
  return child.exitCode === null ? await run.pressCtrlC() : await run.ended
}

const json = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { status, stdout, stderr } = await runCpns([...args, '--json'])
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout) as Record<string, unknown>
}

function rowsOf(file: string): number {
  if (!existsSync(file)) return 0
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare<[], number>('SELECT count(*) FROM subscribers').pluck().get() ?? 0
  } catch {
    return 0
  } finally {
    db.close()
  }
}

test('an import: what was added stays, and the next one adds the rest', async () => {
  const file = join(place, 'subscribers.csv')
  const impiOf = (n: number) => `00101${String(n).padStart(10, '0')}@ims.example`
  const lines = Array.from(
    { length: SUBSCRIBERS },
    (_, n) => `${impiOf(n)},${'ab'.repeat(16)},${'cd'.repeat(16)}`,
  )
  writeFileSync(file, ['impi,k,opc', ...lines].join('\n'))
  const words = ['subscriber', 'import', file, '--data', data]
  const store = join(data, 'hss.db')
  expect(await interrupted(words, () => rowsOf(store) > 0)).toEqual(INTERRUPTED)
  const existed = rowsOf(store)
  expect(existed).toBeLessThan(SUBSCRIBERS)
  expect(await json(...words)).toEqual({
    read: SUBSCRIBERS,
    added: SUBSCRIBERS - existed,
    existed,
  })
}, 120_000)

test('a rotation of the master key: every key opens, and the next one ends it', async () => {
  const keyLines = () => readFileSync(join(data, 'master.key'), 'utf8').trim().split('\n')
  const words = ['key', 'rotate', '--data', data]
  expect(await interrupted(words, () => keyLines().length > 1)).toEqual(INTERRUPTED)
  expect(await json('key', 'show', '--data', data)).toMatchObject({
    formerKeyIds: [expect.any(String)],
  })
  expect(await json(...words)).toMatchObject({ isResumed: true })
  expect(keyLines()).toHaveLength(1)
}, 120_000)

test('a backup: nobody takes it for a whole one, and another one can be made', async () => {
  let half: string | undefined
  // A quick disk may be done before Ctrl-C comes.
  for (let n = 0; half === undefined && n < 20; n++) {
    const folder = join(place, `backup-${n}`)
    const result = await interrupted(['backup', folder, '--data', data], () => existsSync(folder))
    if (result.signal === null) continue
    expect(result).toEqual(INTERRUPTED)
    half = folder
  }
  const restored = join(place, 'restored')
  const refused = await runCpns(['restore', String(half), '--data', restored])
  expect(refused.status).toBe(2)
  expect(refused.stderr).toContain('no finished backup')
  expect(existsSync(restored)).toBe(false)
  const whole = join(place, 'whole')
  expect(await json('backup', whole, '--data', data)).toMatchObject({ files: ['hss.db'] })
  expect(rowsOf(join(whole, 'hss.db'))).toBe(SUBSCRIBERS)
}, 120_000)

test.each([
  ['zn', 1],
  ['forward', 3],
] as const)(
  'a benchmark (%s): its processes end, and take their folders along',
  async (name, atLeast) => {
    const temporary = mkdtempSync(join(place, 'tmp-'))
    const folders = () => readdirSync(temporary).filter((one) => one.startsWith('cpns-bench-'))
    const words = ['bench', name, '--seconds', '60', '--json']
    const result = await interrupted(words, () => folders().length >= atLeast, {
      TMPDIR: temporary,
    })
    expect(result).toEqual(INTERRUPTED)
    await expect.poll(folders, { timeout: 20_000 }).toEqual([])
  },
  120_000,
)
