/** A gate that work waits at: closed until something is there, and again when it is gone. */

/** Holds a value while it is open. */
export interface Gate<T> {
  readonly value: T | undefined
  open(value: T): void
  close(): void
  /** Ends all waiting, now and later, with this error. */
  fail(error: Error): void
  /** The value, as soon as the gate is open. @throws What `fail` was given. */
  whenOpen(): Promise<T>
}

/** A closed gate. */
export function createGate<T>(): Gate<T> {
  let value: T | undefined
  let failure: Error | undefined
  let waiting: { resolve(value: T): void; reject(error: Error): void }[] = []
  return {
    get value() {
      return value
    },
    open(opened) {
      value = opened
      for (const { resolve } of waiting) resolve(opened)
      waiting = []
    },
    close() {
      value = undefined
    },
    fail(error) {
      value = undefined
      failure = error
      for (const { reject } of waiting) reject(error)
      waiting = []
    },
    whenOpen() {
      if (failure !== undefined) return Promise.reject(failure)
      if (value !== undefined) return Promise.resolve(value)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
  }
}
