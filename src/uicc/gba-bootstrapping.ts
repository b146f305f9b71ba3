/** The card's side of a GBA_U bootstrapping run. TS 33.220 5.3.2, G.1 */
import type { AkaFunctions } from '../aka/aka-functions.ts'
import type { ApplicationName } from '../apdu/aid.ts'
import type { Challenge } from '../apdu/authenticate-data.ts'
import { encodeEfGbabp } from '../apdu/ef-gbabp.ts'
import { GBA_FILES } from '../apdu/gba-files.ts'
import type { Secret } from '../crypto/secret.ts'
import { flipResLsb, recoverMac } from '../gba/gba-u.ts'
import { ksOf } from '../gba/ks-naf.ts'
import { concatOctets } from '../octets/octets.ts'
import type { Turn } from './card.ts'
import type { CardElementaryFile } from './card-file.ts'
import { findApplication } from './card-file-system.ts'
import { type CardMemory, withContents } from './card-memory.ts'

const MAC_OFFSET = 8
const CIPHER_KEY_LENGTH = 16

/** A challenge that was verified. */
export interface VerifiedChallenge {
  /** 16 octets. */
  readonly rand: Uint8Array
  readonly res: Secret
  /** 16 octets. */
  readonly ck: Secret
  /** 16 octets. */
  readonly ik: Secret
  /** With the SQN counted as used. */
  readonly memory: CardMemory
}

/**
 * AUTN out of AUTN*: IK = f4(RAND), MAC = MAC* xor Trunc(SHA-1(IK)).
 *
 * @returns `undefined` if this card's IK or CK is not 128 bits, which GBA needs.
 * @see TS 33.220 5.3.2
 */
export function recoverAutn(
  functions: AkaFunctions,
  { rand, autn }: Challenge,
): Uint8Array | undefined {
  const { ck, ik } = functions.f2345(rand)
  if (ck.length !== CIPHER_KEY_LENGTH || ik.length !== CIPHER_KEY_LENGTH) return undefined
  const mac = recoverMac(autn.subarray(MAC_OFFSET), ik)
  return concatOctets(autn.subarray(0, MAC_OFFSET), mac)
}

/**
 * Keeps Ks = CK ‖ IK and RAND; in EF_GBABP the RAND stands alone until the terminal writes B-TID and
 * lifetime. Keys of NAFs that were derived before stay (from memory). TS 33.220 G.1
 *
 * @returns The memory after it, and RES with its least significant bit flipped.
 */
export function keepBootstrap(
  turn: Turn,
  application: ApplicationName,
  { rand, res, ck, ik, memory }: VerifiedChallenge,
): { readonly memory: CardMemory; readonly res: Secret } {
  const nafKeys = memory.gba[application]?.nafKeys ?? []
  const bootstrap = { ks: ksOf({ ck, ik }), rand: rand.slice(), nafKeys }
  const file = gbaFileOf(turn, application, 'gbabp')
  const contents = encodeEfGbabp({ rand, btid: '', keyLifetime: '' }, file.initial.length)
  const kept = { ...memory, gba: { ...memory.gba, [application]: bootstrap } }
  return { memory: withContents(kept, file, contents), res: flipResLsb(res) }
}

/** EF_GBABP or EF_GBANL of an application that does GBA. @throws {TypeError} If it has none. */
export function gbaFileOf(
  turn: Turn,
  application: ApplicationName,
  which: 'gbabp' | 'gbanl',
): CardElementaryFile {
  const fileId = GBA_FILES[application][which]
  const file = findApplication(turn.card.files, application)?.children.find(
    (child): child is CardElementaryFile => child.kind !== 'directory' && child.fileId === fileId,
  )
  if (file === undefined) throw new TypeError(`the ${application} of this card has no GBA files`)
  return file
}
