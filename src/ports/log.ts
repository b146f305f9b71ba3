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

/** The log of who does not look. */
export const noLog: Log = { info() {}, warn() {}, error() {} }
