import { expect, test } from 'vitest'
import { TransportFailed } from '../errors/errors.ts'
import { cpuOf, startCpnsSide } from './bench-cpns-process.ts'

test('a process says where and how it is', async () => {
  const side = await startCpnsSide({ kind: 'tls' })
  expect(side.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  expect(side.pin).toMatch(/^[0-9a-f]{64}$/)
  const { cpuMicros, handled } = await side.status()
  expect(Math.min(cpuMicros, await side.residentOctets())).toBeGreaterThan(0)
  expect(handled).toBe(0)
  const [own = 0, other = 0] = await cpuOf([side])()
  expect(own).toBeGreaterThan(0)
  expect(other).toBeGreaterThanOrEqual(cpuMicros)
  side.end()
}, 60_000)

test('one that cannot start says why', async () => {
  const server = { url: 'https://127.0.0.1:1/cpns', pin: '0'.repeat(64) }
  const relay = await startCpnsSide({ kind: 'relay', to: server })
  relay.end()
  await expect(startCpnsSide({ kind: 'nothing' } as never)).rejects.toThrow(TransportFailed)
}, 60_000)
