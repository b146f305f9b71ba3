/** Files and records have fixed lengths; what is not used holds FF. TS 102 221 8.2 */

/** The octets, then FF up to `length`. @throws {RangeError} If they do not fit. */
export function padded(octets: Uint8Array, length: number): Uint8Array {
  if (octets.length > length) throw new RangeError(`${octets.length} octets do not fit ${length}`)
  const whole = new Uint8Array(length).fill(0xff)
  whole.set(octets)
  return whole
}
