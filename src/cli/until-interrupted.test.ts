import { expect, test } from 'vitest'
import { untilInterrupted } from './until-interrupted.ts'

const listeners = () => [process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')]

test.each(['SIGINT', 'SIGTERM'] as const)('%s interrupts, once', async (name) => {
  const before = listeners()
  const { promise, signal, ignore } = untilInterrupted()
  expect(signal.aborted).toBe(false)
  process.emit(name)
  expect(await promise).toBe('interrupted')
  expect(signal.aborted).toBe(true)
  expect(process.listenerCount(name)).toBe(before[name === 'SIGINT' ? 0 : 1])
  ignore()
  expect(listeners()).toEqual(before)
})

test('nobody reads standard output any more', async () => {
  const { promise, ignore } = untilInterrupted()
  process.stdout.emit('error', new Error('EPIPE'))
  expect(await promise).toBe('interrupted')
  ignore()
})

test('who ignores it leaves Ctrl-C as it was', () => {
  const before = listeners()
  const { ignore, signal } = untilInterrupted()
  ignore()
  ignore()
  expect(listeners()).toEqual(before)
  expect(signal.aborted).toBe(false)
})
