import { expect, test } from 'vitest'
import { FORWARD_TITLES, FORWARD_WAYS, measureForward } from './bench-forward.ts'

test.each(FORWARD_WAYS)(
  '%s: every message is taken, beside its baseline',
  async (way) => {
    const [figure] = await measureForward(way, [4], { seconds: 0.2 })
    expect(figure?.perSecond).toBeGreaterThan(0)
    expect(figure?.baseline.perSecond).toBeGreaterThan(0)
    expect(figure?.records?.perSecond).toBeGreaterThan(0)
    // This process, the PN GW and the server.
    expect(figure?.cpu).toHaveLength(3)
    expect(FORWARD_TITLES[way].own).not.toBe('')
  },
  120_000,
)
