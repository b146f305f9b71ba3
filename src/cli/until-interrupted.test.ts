import { expect, test } from 'vitest'
import { untilInterrupted } from './until-interrupted.ts'

/** Test files share a process: what others left listening is not counted. */
const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const others = new Set(NAMES.flatMap((name) => process.listeners(name)))
const own = (name: (typeof NAMES)[number]) =>
  process.listeners(name).filter((listener) => !others.has(listener)).length
const listeners = () => NAMES.map(own)

test.each(NAMES)('%s interrupts, once', async (name) => {
  const { promise, signal, ignore } = untilInterrupted()
  expect(listeners()).toEqual([1, 1, 1])
  expect(signal.aborted).toBe(false)
  process.emit(name)
  expect(await promise).toBe('interrupted')
  expect(signal.aborted).toBe(true)
  expect(own(name)).toBe(0)
  ignore()
  expect(listeners()).toEqual([0, 0, 0])
})

test('nobody reads standard output any more', async () => {
  const { promise, ignore } = untilInterrupted()
  process.stdout.emit('error', new Error('EPIPE'))
  expect(await promise).toBe('interrupted')
  ignore()
})

test('however many wait one after the other, standard output has one listener', () => {
  untilInterrupted().ignore()
  const before = process.stdout.listenerCount('error')
  for (let n = 0; n < 12; n++) untilInterrupted().ignore()
  expect(process.stdout.listenerCount('error')).toBe(before)
})

test('who ignores it leaves Ctrl-C as it was', () => {
  const { ignore, signal } = untilInterrupted()
  ignore()
  ignore()
  expect(listeners()).toEqual([0, 0, 0])
  expect(signal.aborted).toBe(false)
})
