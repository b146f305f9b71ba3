/**
 * Answers before the final one: a client reads past any 1xx, also where it expects none (RFC 9110 15.2).
 * undici does, but for 100, after which it hangs up; so it is shown a 102 in place of a 100.
 */
import type { Socket } from 'node:net'
import { buildConnector } from 'undici'

/** `HTTP/1.1 1`, then two digits that say which. */
const INFORMATIONAL = Buffer.from('HTTP/1.1 1', 'latin1')
const STATUS_END = INFORMATIONAL.length + 2
const ZERO = 0x30
const TWO = 0x32
const LF = 0x0a
const CR = 0x0d

/** Opens connections as undici does. */
export function createConnector(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector(options)
  return (target, done) => {
    connect(target, (...[error, socket]) => {
      if (error === null) done(null, readPastContinue(socket))
      else done(error, null)
    })
  }
}

/** The same socket; what comes after something was written begins with the head of an answer. */
export function readPastContinue<Connection extends Socket>(socket: Connection): Connection {
  const heads = new AnswerHeads()
  const read = socket.read.bind(socket)
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  return Object.assign(socket, {
    read(size?: number): unknown {
      const part: unknown = read(size)
      if (part instanceof Uint8Array) heads.take(part)
      return part
    },
    write(...args: unknown[]): boolean {
      heads.expect()
      return write(...args)
    },
  })
}

/** Follows the heads of 1xx answers, which may come in any pieces, up to the final one. */
class AnswerHeads {
  /** Octets of the status line seen; `undefined` in a final answer. */
  #seen: number | undefined
  #isContinue = true
  #isEmptyLine = false

  /** A request goes out. */
  expect(): void {
    this.#seen = 0
  }

  /** Writes 102 over 100 in what was read. */
  take(part: Uint8Array): void {
    for (let at = 0; at < part.length && this.#seen !== undefined; at++) {
      const octet = part[at] ?? 0
      if (this.#seen < STATUS_END) this.#takeStatus(octet)
      else this.#takeLines(octet)
      if (this.#seen === STATUS_END && this.#isContinue) {
        part[at] = TWO
        this.#isContinue = false
      }
    }
  }

  #takeStatus(octet: number): void {
    const seen = this.#seen ?? 0
    const expected = INFORMATIONAL[seen]
    if (expected !== undefined && octet !== expected) {
      this.#seen = undefined
      return
    }
    if (seen === 0) this.#isContinue = true
    if (expected === undefined && octet !== ZERO) this.#isContinue = false
    this.#isEmptyLine = false
    this.#seen = seen + 1
  }

  #takeLines(octet: number): void {
    if (octet === LF && this.#isEmptyLine) this.#seen = 0
    else if (octet !== CR) this.#isEmptyLine = octet === LF
  }
}
