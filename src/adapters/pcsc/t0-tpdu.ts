/** Command APDUs as T=0 carries them. ISO/IEC 7816-3 12.2, TS 102 221 7.3.1.1 */

const HEADER = 4

/**
 * A command APDU of short form as a command TPDU: with data, its Le stays behind (case 4), because the card
 * offers the answer with 61xx; case 1 gets a P3 of 00, because a TPDU has five octets at least, and readers
 * that carry TPDUs add none.
 *
 * @param command A whole command APDU; what is none is not changed.
 * @see ISO/IEC 7816-3 12.2
 */
export function tpduOf(command: Uint8Array): Uint8Array {
  if (command.length === HEADER) return Uint8Array.of(...command, 0)
  const lc = command[HEADER] ?? 0
  const end = HEADER + 1 + lc
  return lc > 0 && command.length === end + 1 ? command.subarray(0, end) : command
}
