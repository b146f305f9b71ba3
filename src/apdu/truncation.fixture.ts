/** What every decoder has to bear: each octet string cut short, and one with more octets than it should have. */
import { expect } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'

/** Expects `decode` to refuse every proper prefix of `octets` with `InvalidMessage`. */
export function expectNoPrefixDecodes(
  octets: Uint8Array,
  decode: (octets: Uint8Array) => unknown,
): void {
  for (let length = 0; length < octets.length; length++) {
    expect(() => decode(octets.subarray(0, length)), `${length} octets`).toThrow(InvalidMessage)
  }
}

/** Expects `decode` to refuse `octets` followed by one octet more. */
export function expectNoTrailingOctet(
  octets: Uint8Array,
  decode: (octets: Uint8Array) => unknown,
): void {
  expect(() => decode(Uint8Array.of(...octets, 0x00)), 'trailing octet').toThrow(InvalidMessage)
}
