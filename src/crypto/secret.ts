/**
 * Keys on their way through the program. K-5: no key reaches a log, trace, error or metric, so a key
 * travels as an object that prints as `[secret]` however it is printed.
 */
import { inspect } from 'node:util'
import { equalOctets } from '../octets/octets.ts'

const PRINTED = '[secret]'

/** Octets that must not be shown. */
export class Secret {
  readonly #octets: Uint8Array

  private constructor(octets: Uint8Array) {
    this.#octets = octets
  }

  /** A secret of a copy of `octets`; the caller may overwrite its own. */
  static of(octets: Uint8Array): Secret {
    return new Secret(new Uint8Array(octets))
  }

  /** How many octets it has. */
  get length(): number {
    return this.#octets.length
  }

  /** The octets themselves, not a copy: for a computation, never to be stored or shown. */
  reveal(): Uint8Array {
    return this.#octets
  }

  /** The secret in octets `from` to `to` of this one: not a copy, and overwritten with it. */
  part(from: number, to: number): Secret {
    return new Secret(this.#octets.subarray(from, to))
  }

  /** Whether both hold the same octets, in constant time. */
  equals(other: Secret): boolean {
    return this === other || equalOctets(this.#octets, other.#octets)
  }

  /** Overwrites the octets with zeros. Best effort: JavaScript may have copied them. */
  wipe(): void {
    this.#octets.fill(0)
  }

  toString(): string {
    return PRINTED
  }

  toJSON(): string {
    return PRINTED
  }

  [inspect.custom](): string {
    return PRINTED
  }
}
