/** The stores on a disk that is really full: a file system of 1 MiB in a mount namespace of its own. */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { findInteropTool, type InteropTool } from '../support/interop-tool.ts'

const unshare = findInteropTool('unshare', 'util-linux')

test.skipIf(unshare === undefined)(
  'on a full disk operations fail, what was answered is kept, and nothing else is',
  async () => {
    const folder = mkdtempSync(`${tmpdir()}/cpns-full-`)
    const script = `${import.meta.dirname}/disk-full.fixture.ts`
    const shell = [
      `mount -t tmpfs -o size=1m none ${folder}`,
      `exec ${process.execPath} --import tsx ${script} ${folder}`,
    ].join(' && ')
    const flags = ['--mount', '--map-root-user']
    const run = await (unshare as InteropTool).run([...flags, 'sh', '-c', shell], 60_000)
    rmdirSync(folder)
    expect([run.status, run.stderr]).toEqual([0, ''])
    const { accepted, failures, held, reopened } = JSON.parse(run.stdout) as Record<
      'accepted' | 'failures' | 'held' | 'reopened',
      string[]
    >
    expect(accepted.length).toBeGreaterThan(10)
    expect(accepted.length).toBeLessThan(300)
    expect(failures).toEqual(['store-failed'])
    expect(held).toEqual(accepted)
    expect(reopened).toEqual(accepted)
  },
)
