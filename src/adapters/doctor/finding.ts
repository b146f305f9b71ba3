/** What `cpns doctor` says of one thing. Issue 6, 3 */

/** One line. */
export interface Finding {
  /** What was looked at, for instance `store bsf.db`. */
  readonly what: string
  /** A warning may be meant; with a problem the entity does not work, or not for long. */
  readonly state: 'ok' | 'warning' | 'problem'
  /** What was found; never a secret. */
  readonly found: string
  /** What to do about it. */
  readonly advice?: string
}
