/** A gate that work waits at: closed until something is there, and again when it is gone. */

/** Holds a value while it is open. */
export interface Gate<T> {
  /** Absent while it is closed. */
  readonly value: T | undefined
  open(value: T): void
  close(): void
  /** Closes it for good: ends all waiting, now and later, with this error. */
  fail(error: Error): void
  /** The value, as soon as the gate is open; first come, first served. @throws What `fail` was given. */
  whenOpen(): Promise<T>
}

interface Waiting<T> {
  resolve(value: T): void
  reject(error: Error): void
}

/** A closed gate. */
export function createGate<T>(): Gate<T> {
  let value: T | undefined
  let failure: Error | undefined
  let waiting: Waiting<T>[] = []
  return {
    get value() {
      return value
    },
    open(opened) {
      if (failure !== undefined) return
      value = opened
      for (const one of waiting) one.resolve(opened)
      waiting = []
    },
    close() {
      value = undefined
    },
    fail(error) {
      value = undefined
      failure = error
      for (const one of waiting) one.reject(error)
      waiting = []
    },
    whenOpen() {
      if (failure !== undefined) return Promise.reject(failure)
      if (value !== undefined) return Promise.resolve(value)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
  }
}
