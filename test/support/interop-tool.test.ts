import { basename, dirname } from 'node:path'
import { execPath } from 'node:process'
import { describe, expect, test, vi } from 'vitest'
import { findInteropTool } from './interop-tool.ts'

const PATH = dirname(execPath)
const node = () => findInteropTool(basename(execPath), 'nodejs', { PATH })!

describe('an installed program', () => {
  test('is found on PATH and runs to its end', async () => {
    const script = 'console.log("out"); console.error("err"); process.exitCode = 3'
    expect(node().path).toBe(execPath)
    expect(await node().run(['-e', script])).toEqual({
      status: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  test('is killed when it takes too long', async () => {
    const run = await node().run(['-e', 'setInterval(() => {}, 1000)'], 200)
    expect(run.status).toBeUndefined()
  })
})

describe('a missing program', () => {
  test.each([{ CI: 'true' }, { CPNS_INTEROP: '1' }])('fails the file with %j', (promise) => {
    expect(() => findInteropTool('no-such-program', 'no-package', { PATH, ...promise })).toThrow(
      'no-such-program is not installed (Debian package no-package)',
    )
  })

  test('is warned about, loudly, elsewhere', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(findInteropTool('no-such-program', 'no-package', { PATH })).toBeUndefined()
    expect(findInteropTool('no-such-program', 'no-package', {})).toBeUndefined()
    expect(warn).toHaveBeenCalledTimes(2)
    expect(warn.mock.calls[0]?.[0]).toContain('ITS TESTS ARE SKIPPED')
    warn.mockRestore()
  })
})
