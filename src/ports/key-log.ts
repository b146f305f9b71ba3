/** TLS secrets for a capture, only where a caller supplies this port. Design 11. */

/** Takes lines in the NSS key log format. */
export interface KeyLog {
  /** One line, without its line end. */
  line(text: string): void
}
