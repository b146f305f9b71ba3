/** Log lines by pino: JSON, one event a line. Design 11 */
import { pino } from 'pino'
import type { Log } from '../../ports/log.ts'

/** Where lines go: a stream, a file, a test's list. */
export interface LogDestination {
  /** Takes one line with its line end. */
  write(line: string): void
}

/** How a log is written. */
export interface PinoLogOptions {
  /** The entity that writes, for instance `cpns-server`; in every line. */
  readonly entity: string
  /** The least level that is written; default `info`. */
  readonly level?: 'info' | 'warn' | 'error'
  /** Default: standard error, written at once, so that nothing is lost when the process ends. */
  readonly destination?: LogDestination
}

/**
 * Names of fields that are never written, whatever they hold. Only a second net: no key comes this far,
 * because from `gba` and `cpns` upward a key travels as `Secret` (K-5).
 */
const REDACTED_FIELDS = [
  'k op opc top topc subscriberKey operatorVariant ak ck ik res xres ks ksNaf ksExtNaf ksIntNaf',
  'key euKey sessionKey masterKey sealingKey privateKey triggerKey uplinkKey downlinkKey',
  'pwKey authKey wrapBase wrapKey password secret token apiKey authorization',
].flatMap((line) => line.split(' '))

/**
 * A log whose lines hold `time`, `level`, `entity`, `event` and the fields of the event, which have
 * other names than those.
 */
export function createPinoLog(options: PinoLogOptions): Log {
  const logger = pino(
    {
      base: { entity: options.entity },
      level: options.level ?? 'info',
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_FIELDS, censor: '[secret]' },
    },
    options.destination ?? standardError(),
  )
  return {
    info: (event, fields = {}) => logger.info(fields, event),
    warn: (event, fields = {}) => logger.warn(fields, event),
    error: (event, fields = {}) => logger.error(fields, event),
  }
}

/** A reader that went away, or a full disk, must not stop the program that logs. */
function standardError(): LogDestination {
  const destination = pino.destination({ dest: 2, sync: true })
  destination.on('error', () => {})
  return destination
}
