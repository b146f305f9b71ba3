/**
 * A command APDU and its answer as one packet of GSMTAP: what a SIM tracer writes, and Wireshark decodes.
 * libosmocore gsmtap.h; the form is that of T=0, because no other has its lengths in P3.
 */
import { decodeCommand } from '../../apdu/command-apdu.ts'
import { concatOctets } from '../../octets/octets.ts'

/** Where analysers look for GSMTAP, over UDP. */
export const GSMTAP_PORT = 4729

const VERSION = 2
const HEADER_WORDS = 4
const TYPE_SIM = 4
const HEADER_OCTETS = 16

/** Header, then the octets of `simOctets`. */
export function gsmtapPacket(octets: Uint8Array): Uint8Array {
  const head = new Uint8Array(HEADER_OCTETS)
  head.set([VERSION, HEADER_WORDS, TYPE_SIM])
  return concatOctets(head, octets)
}

/**
 * Header with P3, data of the command, data of the answer, status word.
 *
 * @param command A whole command APDU. @param response Its answer, with status word.
 */
export function simOctets(command: Uint8Array, response: Uint8Array): Uint8Array {
  const { cla, ins, p1, p2, data, le = 0 } = decodeCommand(command)
  const answered = response.length - 2
  // The length that was asked for may be another than that of what came: P3 says what is there.
  const p3 = data.length > 0 ? data.length : answered > 0 ? answered : le
  return concatOctets(Uint8Array.of(cla, ins, p1, p2, p3 & 0xff), data, response)
}
