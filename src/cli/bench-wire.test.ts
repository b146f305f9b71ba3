import { expect, test } from 'vitest'
import { figuresALoad, measureWire, WIRE_BENCHES } from './bench-wire.ts'

test.each(WIRE_BENCHES)(
  '%s: every exchange succeeds, beside its baseline',
  async (name) => {
    let told = 0
    const figures = await measureWire(name, [1, 4], { seconds: 0.1, tell: () => void told++ })
    expect(told).toBe(2 * figuresALoad(name))
    expect(figures.map(({ inFlight }) => inFlight)).toEqual([1, 4])
    for (const { perSecond, baseline, undici, ratio, p50, p99, cpu } of figures) {
      expect((undici?.perSecond ?? 0) > 0).toBe(name === 'ub')
      expect(perSecond).toBeGreaterThan(0)
      expect(baseline.perSecond).toBeGreaterThan(0)
      expect(ratio).toBeCloseTo(perSecond / baseline.perSecond)
      expect(p99).toBeGreaterThanOrEqual(p50)
      for (const micros of [...cpu, ...baseline.cpu]) expect(micros).toBeGreaterThan(0)
    }
  },
  60_000,
)
