import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { startCpnsSide } from './bench-cpns-process.ts'

// A folder for temporary folders: other tests, at the same time, make theirs elsewhere.
const place = mkdtempSync(join(tmpdir(), 'cpns-side-'))
const folders = () => readdirSync(place).filter((name) => name.startsWith('cpns-bench-'))
vi.stubEnv('TMPDIR', place)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true, force: true })
})

test('a server and a PN GW in processes of their own leave nothing when they end', async () => {
  const server = await startCpnsSide({ kind: 'server', gateways: 1, pnes: 1 })
  const gateway = await startCpnsSide({ kind: 'gateway', server })
  expect(gateway.url).not.toBe(server.url)
  expect(folders()).not.toEqual([])
  gateway.end()
  server.end()
  await expect.poll(folders, { timeout: 20_000 }).toEqual([])
}, 90_000)
