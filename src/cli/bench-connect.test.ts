import { expect, test } from 'vitest'
import { authenticateOnce, measureConnect } from './bench-connect.ts'
import { benchGateway } from './bench-cpns-world.ts'

test('every handshake comes to a session, beside its baseline', async () => {
  const [figure] = await measureConnect([4], { seconds: 0.1 })
  expect(figure?.inFlight).toBe(4)
  expect(figure?.perSecond).toBeGreaterThan(0)
  expect(figure?.ratio).toBeCloseTo((figure?.perSecond ?? 0) / (figure?.baseline.perSecond ?? 1))
  expect(figure?.cpu).toHaveLength(2)
}, 90_000)

test('a server that refuses is no figure', async () => {
  await expect(
    authenticateOnce({ entityId: benchGateway(0), role: 'pn-gw' }, async (octets) => octets),
  ).rejects.toThrow()
})
