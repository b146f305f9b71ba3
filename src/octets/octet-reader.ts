/**
 * Bounded reading of octets from a peer: every read succeeds whole or throws, nested parts are read by
 * a sub-reader of exactly their length, and `end` rejects trailing octets.
 */
import { InvalidMessage } from '../errors/errors.ts'

/** Reads an octet string from its start; owns nothing, returns views. */
export class OctetReader {
  readonly #octets: Uint8Array
  #at = 0

  constructor(octets: Uint8Array) {
    this.#octets = octets
  }

  /** How many octets are left. */
  get remaining(): number {
    return this.#octets.length - this.#at
  }

  /**
   * The next `length` octets, as a view.
   *
   * @throws {InvalidMessage} If fewer are left, or if `length` (a peer's length field less a header, for
   * instance) is negative.
   */
  take(length: number, field: string): Uint8Array {
    if (!Number.isInteger(length) || length < 0) {
      throw new InvalidMessage('impossible length', field)
    }
    if (length > this.remaining) throw new InvalidMessage('truncated', field)
    const from = this.#at
    this.#at += length
    return this.#octets.subarray(from, this.#at)
  }

  /** All octets that are left, as a view. */
  takeRest(): Uint8Array {
    return this.take(this.remaining, 'rest')
  }

  /** A reader of the next `length` octets. @throws {InvalidMessage} If fewer are left. */
  sub(length: number, field: string): OctetReader {
    return new OctetReader(this.take(length, field))
  }

  /** One octet. @throws {InvalidMessage} If none is left. */
  uint8(field: string): number {
    const octet = this.#octets[this.#at]
    if (octet === undefined) throw new InvalidMessage('truncated', field)
    this.#at += 1
    return octet
  }

  /** Two octets, big-endian. @throws {InvalidMessage} If fewer are left. */
  uint16(field: string): number {
    const high = this.uint8(field)
    return high * 256 + this.uint8(field)
  }

  /** Four octets, big-endian. @throws {InvalidMessage} If fewer are left. */
  uint32(field: string): number {
    return this.#view(4, field).getUint32(0)
  }

  /** Eight octets, big-endian. @throws {InvalidMessage} If fewer are left. */
  uint64(field: string): bigint {
    return this.#view(8, field).getBigUint64(0)
  }

  /** A part with a 2-octet length before it. @throws {InvalidMessage} If it is truncated. */
  lengthPrefixed(field: string): Uint8Array {
    return this.take(this.uint16(field), field)
  }

  /** @throws {InvalidMessage} If octets are left. */
  end(field: string): void {
    if (this.remaining > 0) throw new InvalidMessage('trailing octets', field)
  }

  #view(length: number, field: string): DataView {
    const taken = this.take(length, field)
    return new DataView(taken.buffer, taken.byteOffset, taken.byteLength)
  }
}
