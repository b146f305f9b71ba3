import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { expect, test } from 'vitest'

const MAIN = new URL('./main.ts', import.meta.url).pathname

/** The command as a process; `stdout` is its standard output. */
async function run(words: readonly string[], stdout: 'pipe' | 'gone' | 'full') {
  const output = stdout === 'full' ? openSync('/dev/full', 'w') : 'pipe'
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...words], {
    stdio: ['ignore', output, 'pipe'],
  })
  let stderr = ''
  child.stderr?.on('data', (text) => (stderr += String(text)))
  if (stdout === 'gone') child.stdout?.destroy()
  else child.stdout?.resume()
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, stderr }
}

// A start from source takes long where others work too.
const PATIENT = { timeout: 60_000 }

test('an error is one line, JSON where JSON is asked for', PATIENT, async () => {
  const { status, stderr } = await run(['lob', '--json'], 'pipe')
  expect(status).toBe(2)
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'usage-invalid' } })
})

const LONG = ['config', 'schema', 'bsf']

test('nobody reads: it ends without a word', PATIENT, async () => {
  expect(await run(LONG, 'gone')).toEqual({ status: 0, stderr: '' })
})

test('a full disk is an error', PATIENT, async () => {
  const stderr = 'cpns: standard output: it cannot be written (ENOSPC)\n'
  expect(await run(LONG, 'full')).toEqual({ status: 1, stderr })
})
