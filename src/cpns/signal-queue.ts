/** What a link is told while it waits: a short queue with one reader and a time limit. */
import { TransportFailed } from '../errors/errors.ts'
import type { Clock, Timer } from '../ports/clock.ts'

/** Signals in the order in which they came. */
export interface SignalQueue<T> {
  /** @throws {TransportFailed} If too many wait: whoever sends them does not wait for answers. */
  push(signal: T): void
  /** Nothing comes any more: after what waits, `next` gives `last` each time. */
  end(last: T): void
  /** The next signal, or `undefined` after `timeoutMs` without one. One caller at a time. */
  next(timeoutMs?: number): Promise<T | undefined>
}

/** A link that is busy (bootstrapping, for instance) reads none of its signals for a while. */
const WAITING_LIMIT = 64

/** An empty queue. */
export function createSignalQueue<T>(clock: Clock): SignalQueue<T> {
  const waiting: T[] = []
  let ended: { readonly last: T } | undefined
  let reader: ((signal: T | undefined) => void) | undefined

  return {
    push(signal) {
      if (reader !== undefined) return reader(signal)
      if (waiting.length >= WAITING_LIMIT) throw new TransportFailed('too many frames at once')
      waiting.push(signal)
    },
    end(last) {
      ended = { last }
      reader?.(last)
    },
    next(timeoutMs) {
      const first = waiting.shift() ?? ended?.last
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
