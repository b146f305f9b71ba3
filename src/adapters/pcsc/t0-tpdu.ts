/** Command APDUs as T=0 carries them. ISO/IEC 7816-3 12.2, TS 102 221 7.3.1.1 */

const HEADER = 4

/**
 * A command APDU of short form as a command TPDU: with data, its Le stays behind (case 4), because the card
 * offers the answer with 61xx. Case 1 stays four octets: readers add P3 themselves.
 *
 * @param command A whole command APDU; what is none is not changed.
 * @see ISO/IEC 7816-3 12.2
 */
export function tpduOf(command: Uint8Array): Uint8Array {
  const lc = command[HEADER] ?? 0
  const end = HEADER + 1 + lc
  return lc > 0 && command.length === end + 1 ? command.subarray(0, end) : command
}
