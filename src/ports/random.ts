/** Randomness as it is handed in. */

/** A cryptographically secure source; tests may pass a seeded one. */
export interface Random {
  /** `length` fresh random octets. */
  octets(length: number): Uint8Array
}
