/**
 * What GBA_U changes in a challenge, so that only a GBA_U request to a GBA_U card succeeds: MAC*, AUTN*
 * and the flipped RES. TS 33.220 5.3.2
 *
 * All three rules are from memory of the clause : no public text or program confirms
 * them. Each is one function here, and nothing else in the house knows them.
 */
import { sha1 } from '../crypto/hash.ts'
import { Secret } from '../crypto/secret.ts'
import { assertOctets, concatOctets, xorOctets } from '../octets/octets.ts'

const AUTN_LENGTH = 16
const IK_LENGTH = 16
const MAC_LENGTH = 8
const MAC_OFFSET = AUTN_LENGTH - MAC_LENGTH

/**
 * MAC* = MAC xor Trunc(SHA-1(IK)), Trunc being the first 64 bits. From memory (97 %).
 *
 * @param mac MAC, 8 octets.
 * @param ik IK, 16 octets.
 * @returns 8 octets.
 * @throws {RangeError} If one has another length.
 * @see TS 33.220 5.3.2
 */
export function computeMacStar(mac: Uint8Array, ik: Secret): Uint8Array {
  assertOctets('MAC', mac, MAC_LENGTH)
  assertOctets('IK', ik.reveal(), IK_LENGTH)
  return xorOctets(mac, sha1(ik.reveal()).subarray(0, MAC_LENGTH))
}

/**
 * MAC = MAC* xor Trunc(SHA-1(IK)): the card's way back to what it compares with f1.
 *
 * @param macStar MAC*, 8 octets.
 * @param ik IK, 16 octets.
 * @returns 8 octets.
 * @throws {RangeError} If one has another length.
 * @see TS 33.220 5.3.2
 */
export function recoverMac(macStar: Uint8Array, ik: Secret): Uint8Array {
  return computeMacStar(macStar, ik)
}

/**
 * AUTN* = (SQN xor AK) ‖ AMF ‖ MAC*, which a BSF sends instead of AUTN when it decided on GBA_U.
 *
 * @param autn AUTN, 16 octets.
 * @param ik IK, 16 octets.
 * @returns 16 octets.
 * @throws {RangeError} If one has another length.
 * @see TS 33.220 5.3.2
 */
export function computeAutnStar(autn: Uint8Array, ik: Secret): Uint8Array {
  assertOctets('AUTN', autn, AUTN_LENGTH)
  return concatOctets(autn.subarray(0, MAC_OFFSET), computeMacStar(autn.subarray(MAC_OFFSET), ik))
}

/**
 * RES (or XRES) of GBA_U: its least significant bit, the last bit of the last octet, is flipped by the
 * card and by the BSF alike. From memory (92 %).
 *
 * @param res 4 to 32 octets; not changed.
 * @returns As many octets.
 * @throws {RangeError} If it is empty.
 * @see TS 33.220 5.3.2
 */
export function flipResLsb(res: Secret): Secret {
  if (res.length === 0) throw new RangeError('RES is empty')
  const flipped = res.reveal().slice()
  flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1
  return Secret.of(flipped)
}
