import { expect, test } from 'vitest'
import { untilInterrupted } from './until-interrupted.ts'

const listeners = () => [process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')]

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s interrupts once, then nobody listens',
  async (name) => {
    const before = listeners()
    const { promise, signal } = untilInterrupted()
    expect(signal.aborted).toBe(false)
    process.emit(name)
    expect(await promise).toBe('interrupted')
    expect(signal.aborted).toBe(true)
    expect(listeners()).toEqual(before)
  },
)

test('who ignores it leaves no listener behind', () => {
  const before = listeners()
  const { ignore, signal } = untilInterrupted()
  ignore()
  ignore()
  expect(listeners()).toEqual(before)
  expect(signal.aborted).toBe(false)
})
