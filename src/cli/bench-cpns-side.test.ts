import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { startCpnsSide } from './bench-cpns-process.ts'

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('cpns-bench-')).length

test('a server and a PN GW in processes of their own leave nothing when they end', async () => {
  const before = folders()
  const server = await startCpnsSide({ kind: 'server', gateways: 1, pnes: 1 })
  const gateway = await startCpnsSide({ kind: 'gateway', server })
  expect(gateway.url).not.toBe(server.url)
  gateway.end()
  server.end()
  await expect.poll(folders, { timeout: 20_000 }).toBeLessThanOrEqual(before)
  expect(existsSync(tmpdir())).toBe(true)
}, 90_000)
