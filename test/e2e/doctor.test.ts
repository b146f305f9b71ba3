/** `cpns doctor` as a process of its own, which must not end before it has looked. Issue 6, 3 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts')

test('it looks at everything, and its status says whether there is a problem', () => {
  const data = mkdtempSync(join(tmpdir(), 'cpns-doctor-'))
  const flags = ['--data', data, '--name', 'bsf.ims.example', '--listen', '127.0.0.1:0']
  const run = (...others: string[]) =>
    spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        MAIN,
        'doctor',
        'bsf',
        '--',
        ...flags,
        '--zn-listen',
        '127.0.0.1:0',
        ...others,
      ],
      { encoding: 'utf8', timeout: 30_000 },
    )
  const fine = run()
  const wrong = run('--hss', 'hss.ims.example=127.0.0.1:1')
  rmSync(data, { recursive: true, force: true })
  expect([fine.status, wrong.status], fine.stderr).toEqual([0, 1])
  expect(fine.stdout).toContain('port --zn-listen 127.0.0.1:0: free')
  expect(wrong.stdout).toMatch(/^problem {2}peer hss\.ims\.example .*ECONNREFUSED/m)
}, 60_000)
