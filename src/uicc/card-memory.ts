/** What a card keeps over power-off: SQN, PINs, GBA keys and the files that were updated. TS 102 221 8, TS 33.102 C.2, TS 33.220 5.3 */
import { createSqnArray, type SqnArray } from '../aka/sqn.ts'
import type { ApplicationName } from '../apdu/aid.ts'
import { padded } from '../apdu/padding.ts'
import { Secret } from '../crypto/secret.ts'
import { utf8 } from '../octets/octets.ts'
import type { CardElementaryFile } from './card-file.ts'
import type { CardProfile, PinProfile } from './card-profile.ts'

/** PINs of a card that verifies one user for all its applications. TS 102 221 9.4.1 */
export type PinName = 'pin' | 'pin2' | 'adm1'

/** One PIN now. */
export interface PinMemory {
  /** 8 octets, padded with FF. TS 102 221 9.5.1 */
  readonly value: Secret
  readonly enabled: boolean
  /** Tries left; 0 is blocked. */
  readonly retries: number
  /** Absent with ADM1, which nobody unblocks. */
  readonly puk?: { readonly value: Secret; readonly retries: number }
}

/** One Ks_int_NAF and the record of EF_GBANL that lists it. TS 33.220 G.2 */
export interface NafKey {
  /** Record of EF_GBANL, from 1. */
  readonly record: number
  /** NAF FQDN ‖ Ua security protocol identifier. */
  readonly nafId: Uint8Array
  readonly btid: string
  /** 32 octets; never leaves the card. */
  readonly ksIntNaf: Secret
}

/** GBA of one application. */
export interface GbaMemory {
  /** CK ‖ IK, 32 octets. */
  readonly ks: Secret
  /** RAND of the bootstrapping run, 16 octets. */
  readonly rand: Uint8Array
  /** The last used or derived one first. TS 33.220 G.2 */
  readonly nafKeys: readonly NafKey[]
}

/** The durable part of a card. Never changed in place: a command makes a new one. */
export interface CardMemory {
  /** By application if it has f-functions of its own, else under `card`: one K, one array. */
  readonly sqnArrays: Readonly<Partial<Record<SqnOwner, SqnArray>>>
  readonly pins: Readonly<Record<PinName, PinMemory>>
  /** Contents of the files that were updated, by path. */
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly gba: Readonly<Partial<Record<ApplicationName, GbaMemory>>>
}

/** Who an SQN array belongs to. */
export type SqnOwner = 'card' | ApplicationName

/** Tries of a PIN and of an unblocking code. TS 102 221 9.5.1, 11.1.13 */
export const PIN_TRIES = { pin: 3, puk: 10 } as const
/** Octets of a PIN value. TS 102 221 9.5.1 */
export const PIN_LENGTH = 8

/** A card as it was personalised. */
export function initialMemory(profile: CardProfile): CardMemory {
  const { pin, pin2, adm1 } = profile.pins
  return {
    sqnArrays: {},
    pins: {
      pin: initialPin(pin),
      pin2: initialPin(pin2),
      adm1: { value: adm1, enabled: true, retries: PIN_TRIES.pin },
    },
    files: {},
    gba: {},
  }
}

/** The SQN array of an owner; a fresh one if it never accepted anything. TS 33.102 C.2.1 */
export function sqnArrayOf(memory: CardMemory, owner: SqnOwner, indLength: number): SqnArray {
  return memory.sqnArrays[owner] ?? createSqnArray(indLength)
}

/** Contents of a file now; an update of another size is of another profile and does not count. */
export function contentsOf(memory: CardMemory, file: CardElementaryFile): Uint8Array {
  const updated = memory.files[file.path]
  return updated?.length === file.initial.length ? updated : file.initial
}

/** The memory with other contents in one file. */
export function withContents(
  memory: CardMemory,
  file: CardElementaryFile,
  contents: Uint8Array,
): CardMemory {
  return { ...memory, files: { ...memory.files, [file.path]: contents } }
}

/** Digits as the card compares them: ASCII, padded with FF to 8 octets. TS 102 221 9.5.1 */
export function encodePin(digits: string): Secret {
  return Secret.of(padded(utf8(digits), PIN_LENGTH))
}

function initialPin({ value, puk, enabled }: PinProfile): PinMemory {
  return {
    value: encodePin(value),
    enabled,
    retries: PIN_TRIES.pin,
    puk: { value: encodePin(puk), retries: PIN_TRIES.puk },
  }
}
