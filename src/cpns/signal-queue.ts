/** What a link is told while it waits: a short queue with one reader and a time limit. */
import type { Clock, Timer } from '../ports/clock.ts'

/** Signals in the order in which they came. */
export interface SignalQueue<T> {
  push(signal: T): void
  /** The next signal, or `undefined` after `timeoutMs` without one. One caller at a time. */
  next(timeoutMs?: number): Promise<T | undefined>
}

/** A queue without limit: whoever pushes must be bounded by what it reads. */
export function createSignalQueue<T>(clock: Clock): SignalQueue<T> {
  const waiting: T[] = []
  let reader: ((signal: T | undefined) => void) | undefined

  return {
    push(signal) {
      if (reader === undefined) waiting.push(signal)
      else reader(signal)
    },
    next(timeoutMs) {
      const first = waiting.shift()
      if (first !== undefined) return Promise.resolve(first)
      return new Promise((resolve) => {
        let timer: Timer | undefined
        reader = (signal) => {
          reader = undefined
          timer?.cancel()
          resolve(signal)
        }
        if (timeoutMs !== undefined) timer = clock.setTimer(timeoutMs, () => reader?.(undefined))
      })
    },
  }
}
