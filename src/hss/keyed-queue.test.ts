import { describe, expect, test } from 'vitest'
import { createKeyedQueue } from './keyed-queue.ts'

describe('keyed queue', () => {
  test('operations of one key run one after the other, in order', async () => {
    const queue = createKeyedQueue<string>()
    const events: string[] = []
    const operation = (name: string) => async () => {
      events.push(`${name} starts`)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      events.push(`${name} ends`)
      return name
    }
    const results = await Promise.all(
      ['a', 'b', 'c'].map((name) => queue.run('k', operation(name))),
    )
    expect(results).toEqual(['a', 'b', 'c'])
    expect(events).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends'])
  })

  test('operations of different keys do not wait for each other', async () => {
    const queue = createKeyedQueue<string>()
    const ended: string[] = []
    const slow = queue.run('a', async () => {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      ended.push('a')
    })
    await queue.run('b', async () => {
      ended.push('b')
    })
    await slow
    expect(ended).toEqual(['b', 'a'])
  })

  test('a failure is its own, and the next one runs', async () => {
    const queue = createKeyedQueue<string>()
    const failing = queue.run('k', () => Promise.reject(new Error('broken')))
    const next = queue.run('k', async () => 'fine')
    await expect(failing).rejects.toThrow('broken')
    expect(await next).toBe('fine')
    expect(await queue.run('k', async () => 'again')).toBe('again')
  })

  test('one that comes when the first has ended still waits for the second', async () => {
    const queue = createKeyedQueue<string>()
    let running = 0
    let most = 0
    const operation = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      running -= 1
    }
    const later: Promise<unknown>[] = []
    const first = queue.run('k', operation)
    const second = queue.run('k', operation)
    for (let n = 0; n < 5; n++) {
      await first
      later.push(queue.run('k', operation))
    }
    await Promise.all([second, ...later])
    expect(most).toBe(1)
  })

  test('an operation that throws at once rejects, whether it had to wait or not', async () => {
    const queue = createKeyedQueue<string>()
    const broken = (): Promise<never> => {
      throw new Error('broken')
    }
    const results = ['k', 'k', 'l'].map((key) => queue.run(key, broken))
    for (const result of await Promise.allSettled(results)) expect(result.status).toBe('rejected')
    expect(await queue.run('k', async () => 'fine')).toBe('fine')
  })

  test('a key is forgotten when nothing of it waits or runs', async () => {
    const queue = createKeyedQueue<number>()
    const runs = Array.from({ length: 100 }, (_, n) => queue.run(n % 50, async () => n))
    expect(queue.size).toBe(50)
    const failing = queue.run(99, () => Promise.reject(new Error('broken')))
    await Promise.allSettled([...runs, failing])
    expect(queue.size).toBe(0)
  })
})
