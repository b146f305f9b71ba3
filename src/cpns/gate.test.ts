import { describe, expect, test } from 'vitest'
import { createGate } from './gate.ts'

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending')
  return (await Promise.race([promise.catch(() => {}), Promise.resolve(pending)])) !== pending
}

describe('a gate', () => {
  test('is closed at first: who comes waits', async () => {
    const gate = createGate<string>()
    expect(gate.value).toBeUndefined()
    expect(await isSettled(gate.whenOpen())).toBe(false)
  })

  test('lets all who wait through when it opens, first come, first served', async () => {
    const gate = createGate<string>()
    const served: string[] = []
    const waiting = ['a', 'b', 'c'].map((name) => gate.whenOpen().then(() => served.push(name)))
    gate.open('x')
    void gate.whenOpen().then(() => served.push('late'))
    await Promise.all(waiting)
    await gate.whenOpen()
    expect(served).toEqual(['a', 'b', 'c', 'late'])
    expect(gate.value).toBe('x')
  })

  test('holds again after it was closed', async () => {
    const gate = createGate<string>()
    gate.open('x')
    gate.close()
    expect(gate.value).toBeUndefined()
    const waiting = gate.whenOpen()
    expect(await isSettled(waiting)).toBe(false)
    gate.open('y')
    expect(await waiting).toBe('y')
  })
})

describe('a gate that failed', () => {
  test('ends all waiting, before and after, with that error', async () => {
    const gate = createGate<string>()
    const waiting = gate.whenOpen()
    const error = new Error('no more')
    gate.fail(error)
    await expect(waiting).rejects.toBe(error)
    await expect(gate.whenOpen()).rejects.toBe(error)
  })

  test('is not opened again', async () => {
    const gate = createGate<string>()
    gate.open('x')
    gate.fail(new Error('no more'))
    gate.open('y')
    expect(gate.value).toBeUndefined()
    await expect(gate.whenOpen()).rejects.toThrow('no more')
  })
})
