import { expect, test } from 'vitest'
import { formatMemory, measureMemory } from './bench-memory.ts'

test('PN GWs and PNEs attach, and what one takes is told', async () => {
  const figure = await measureMemory(20)
  expect(figure.sessions).toBe(20)
  expect(figure.gatewayAboveSocket).toBe(figure.gateway - figure.idleSocket)
  for (const octets of Object.values(figure)) expect(Number.isFinite(octets)).toBe(true)
}, 120_000)

test('one is measured too', async () => {
  expect((await measureMemory(1)).sessions).toBe(1)
}, 120_000)

test('for people, in KiB', () => {
  const figure = {
    sessions: 1,
    idleSocket: 1024,
    gateway: 3072,
    gatewayAboveSocket: 2048,
    pne: 512,
  }
  expect(formatMemory(figure).match(/[\d.]+ KiB/g)).toEqual([
    '1.0 KiB',
    '3.0 KiB',
    '2.0 KiB',
    '0.5 KiB',
  ])
})
