/** TLS secrets of connections for a `KeyLog`: on a listener of all its connections, on a socket of its own. */
import type { KeyLog } from '../../ports/key-log.ts'

/** A TLS listener or socket of the platform. */
interface KeySource {
  on(event: 'keylog', listener: (line: Uint8Array) => void): unknown
}

/** Does nothing for a listener without TLS, which has no secrets, and without a log. */
export function logKeys(source: object, keyLog: KeyLog | undefined): void {
  if (keyLog === undefined) return
  const listener = (line: Uint8Array): void => keyLog.line(new TextDecoder().decode(line).trimEnd())
  ;(source as KeySource).on('keylog', listener)
}
