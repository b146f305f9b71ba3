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
})
