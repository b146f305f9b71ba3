import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const CLOCK = new URL('./system-clock.ts', import.meta.url).href
const HOLD = new URL('./hold-process.ts', import.meta.url).href

/** A program that waits for a timer of the system clock, and says when it has come. */
async function outputOf(first: string, last: string): Promise<string> {
  const program = `
    import { systemClock } from ${JSON.stringify(CLOCK)}
    import { holdProcess } from ${JSON.stringify(HOLD)}
    ${first}
    await new Promise((resolve) => systemClock.setTimer(50, resolve))
    console.log('came')
    ${last}`
  const { stdout } = await run(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '--eval',
    program,
  ])
  return stdout
}

test('a process that is held waits for its timers, and ends when it is let go', async () => {
  expect(await outputOf('const release = holdProcess()', 'release(); release()')).toBe('came\n')
})

test('one that is not ends before', async () => {
  await expect(outputOf('', '')).rejects.toMatchObject({ code: 13, stdout: '' })
})
