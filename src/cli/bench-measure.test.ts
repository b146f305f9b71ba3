import { describe, expect, test } from 'vitest'
import { type BenchCase, measureGroup } from './bench-measure.ts'

/** A clock that goes on only when a case says what it cost. */
function createBench() {
  let nowMs = 5_000
  const order: string[] = []
  const costs = (name: string, ms: (run: number) => number, perRun = 1): BenchCase => {
    let runs = 0
    return {
      name,
      limit: `limit of ${name}`,
      perRun,
      run() {
        if (order.at(-1) !== name) order.push(name)
        nowMs += ms(runs++)
      },
    }
  }
  return { costs, order, clock: { monotonicMs: () => nowMs }, spentMs: () => nowMs - 5_000 }
}

describe('figures', () => {
  test('rate, cost and ratio to the first case; a batch counts what is in it', async () => {
    const { costs, clock } = createBench()
    const cases = [costs('base', () => 2), costs('slow', () => 8), costs('batch', () => 8, 16)]
    expect(await measureGroup({ title: 'T', cases }, 1, clock)).toEqual({
      title: 'T',
      figures: [
        { name: 'base', perSecond: 500, microseconds: 2000, ratio: 1, limit: 'limit of base' },
        { name: 'slow', perSecond: 125, microseconds: 8000, ratio: 4, limit: 'limit of slow' },
        { name: 'batch', perSecond: 2000, microseconds: 500, ratio: 0.25, limit: 'limit of batch' },
      ],
    })
  })

  test('cases take turns, a round of warm-up before the ten that count', async () => {
    const { costs, order, clock, spentMs } = createBench()
    await measureGroup(
      { title: 'T', cases: [costs('a', () => 1), costs('b', () => 1)] },
      1.6,
      clock,
    )
    expect(order).toEqual(Array.from({ length: 11 }, () => ['a', 'b']).flat())
    expect(spentMs()).toBe(11 * 2 * 160)
  })

  test('warm-up and a disturbed round do not change the median', async () => {
    const { costs, clock } = createBench()
    const warming = costs('warming', (run) => (run < 16 ? 50 : 1))
    const disturbed = costs('disturbed', (run) => (run >= 480 && run < 496 ? 90 : 1))
    const { figures } = await measureGroup({ title: 'T', cases: [warming, disturbed] }, 1.6, clock)
    expect(figures.map(({ perSecond }) => perSecond)).toEqual([1000, 1000])
  })
})

test('an operation that gives a promise has ended before the next starts', async () => {
  const { clock, costs } = createBench()
  const cost = costs('async', () => 1)
  let open = 0
  const run = async (): Promise<void> => {
    expect(++open).toBe(1)
    await Promise.resolve()
    cost.run()
    open--
  }
  const { figures } = await measureGroup({ title: 'T', cases: [{ ...cost, run }] }, 0.1, clock)
  expect(figures[0]?.perSecond).toBe(1000)
})

test('what an operation throws ends the run', async () => {
  const { clock, costs } = createBench()
  const wrong = costs('wrong', () => {
    throw new RangeError('wrong')
  })
  const cases = [costs('right', () => 1), wrong]
  await expect(measureGroup({ title: 'T', cases }, 1, clock)).rejects.toThrow('wrong')
})
