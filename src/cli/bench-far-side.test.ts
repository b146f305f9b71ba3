import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('it tells its port, and leaves nothing when its parent goes', async () => {
  const child = fork(join(import.meta.dirname, 'bench-far-side.ts'), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.send({ kind: 'zh' })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  expect(port).toBeGreaterThan(0)
  child.send('cpu')
  const [{ cpuMicros }] = (await once(child, 'message')) as [{ cpuMicros: number }]
  expect(cpuMicros).toBeGreaterThan(0)
  const folders = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith(`cpns-bench-${child.pid}-`))
  expect(folders()).toHaveLength(1)
  child.disconnect()
  await once(child, 'exit')
  expect(folders()).toEqual([])
  expect(existsSync(tmpdir())).toBe(true)
}, 30_000)
