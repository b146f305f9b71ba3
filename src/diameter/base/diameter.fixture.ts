/** What the tests of Diameter share: failures as values, truncations, two nodes. */
import { expect } from 'vitest'
import type { NodeDescription } from './capabilities.ts'
import { DiameterFailure } from './diameter-failure.ts'

/** The failure that a decoder throws; the test fails if it throws none. */
export function failureOf(decode: () => unknown): DiameterFailure {
  try {
    decode()
  } catch (error) {
    if (error instanceof DiameterFailure) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Every part of `octets` that is too short makes `decode` throw a DiameterFailure. */
export function expectEachTruncationRefused(
  octets: Uint8Array,
  decode: (octets: Uint8Array) => unknown,
): void {
  for (let length = 0; length < octets.length; length++) {
    expect(failureOf(() => decode(octets.subarray(0, length)))).toBeInstanceOf(DiameterFailure)
  }
}

/** A BSF, or any other node. */
export function node(changes: Partial<NodeDescription> = {}): NodeDescription {
  return {
    originHost: 'bsf.example.org',
    originRealm: 'example.org',
    productName: 'cpns',
    originStateId: 7,
    applicationIds: [16_777_221],
    hostIpAddresses: [{ family: 1, octets: Uint8Array.of(127, 0, 0, 1) }],
    ...changes,
  }
}

/** Its HSS. */
export const HSS_NODE = node({ originHost: 'hss.home.example', originRealm: 'home.example' })
