/** Structured log lines: one event a line, never a secret. Design 11 */

/** Values that may be logged. */
export type LogFields = Readonly<Record<string, string | number | boolean>>

/** Takes events; returns at once and never throws. */
export interface Log {
  /** @param event Name of the event in kebab case. */
  info(event: string, fields?: LogFields): void
  /** Something a person should look at some time. */
  warn(event: string, fields?: LogFields): void
  /** Something a person should look at now. */
  error(event: string, fields?: LogFields): void
}

/** A log that says more in each line, for instance the reference point; what a line says itself counts. */
export function withFields(log: Log, fields: LogFields): Log {
  return {
    info: (event, own) => log.info(event, { ...fields, ...own }),
    warn: (event, own) => log.warn(event, { ...fields, ...own }),
    error: (event, own) => log.error(event, { ...fields, ...own }),
  }
}

/** The log of who does not look. */
export const noLog: Log = { info() {}, warn() {}, error() {} }
