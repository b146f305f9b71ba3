/**
 * What a software card is made from: one readable JSON file with its keys, PINs and applications.
 *
 * The file holds K in clear, as the personalisation data of any card does; it is to be kept like K. What
 * changes while the card is used stands elsewhere (`CardStateStore`).
 */
import type { SqnPolicy } from '../aka/sqn.ts'
import type { TuakProfile } from '../aka/tuak.ts'
import type { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import type { Imsi, MncLength } from '../identity/imsi.ts'
import { toHex } from '../octets/octets.ts'
import { CARD_PROFILE_FORMAT, cardProfileSchema } from './card-profile-schema.ts'

/** Keys of a card, in the words of the HSS that knows them too. */
export interface CardCredentials {
  readonly algorithm: 'milenage' | 'tuak'
  /** K: 16 octets, with TUAK 16 or 32. */
  readonly subscriberKey: Secret
  /** OPc (16) or TOPc (32). */
  readonly operatorVariant: Secret
  /** TUAK only; its MAC has 8 octets, because AUTN has 16. */
  readonly tuak?: TuakProfile
}

/** A PIN and its unblocking code as the card is issued. TS 102 221 9.5.1 */
export interface PinProfile {
  /** 4 to 8 decimal digits. */
  readonly value: string
  /** 8 decimal digits. */
  readonly puk: string
  readonly enabled: boolean
}

/** What every application has. */
interface ApplicationBase {
  /** 12 to 16 octets. */
  readonly aid: Uint8Array
  readonly label: string
  /** Whether the application does GBA_U. */
  readonly gba: boolean
}

/** A USIM. TS 31.102 */
export interface UsimProfile extends ApplicationBase {
  readonly application: 'USIM'
  readonly imsi: Imsi
  readonly mncLength: MncLength
  /** Whether it answers in GSM security context and gives Kc (services 27 and 38). */
  readonly gsm: boolean
}

/** An ISIM. TS 31.103 */
export interface IsimProfile extends ApplicationBase {
  readonly application: 'ISIM'
  readonly impi: string
  readonly impus: readonly string[]
  /** Home network domain name. */
  readonly domain: string
}

/**
 * A CSIM, modelled as a USIM command set under another AID with files of its own; its IMPI is made from
 * the IMSI unless `impi` (then with `domain`) gives it one.
 */
export interface CsimProfile extends ApplicationBase {
  readonly application: 'CSIM'
  /** 15 digits. */
  readonly imsi: Imsi
  readonly mncLength: MncLength
  readonly impi?: string
  readonly domain?: string
}

/** One application of a card. */
export type ApplicationProfile = UsimProfile | IsimProfile | CsimProfile

/** One software card. */
export interface CardProfile {
  /** 18 to 20 decimal digits. */
  readonly iccid: string
  readonly atr: Uint8Array
  readonly credentials: CardCredentials
  readonly sqn: SqnPolicy
  readonly pins: {
    readonly pin: PinProfile
    readonly pin2: PinProfile
    /** 8 octets. */
    readonly adm1: Secret
  }
  /** In the order of EF_DIR; at most one of each name. */
  readonly applications: readonly ApplicationProfile[]
}

const MAX_TEXT = 65_536

/**
 * @throws {ConfigurationInvalid} Naming the first field that is wrong, never its value.
 */
export function parseCardProfile(text: string): CardProfile {
  if (text.length > MAX_TEXT) throw new ConfigurationInvalid('card profile: over 64 Ki characters')
  const parsed = cardProfileSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  throw new ConfigurationInvalid(`card profile: ${where}${issue?.message ?? 'not valid'}`)
}

/** The file of a profile; `parseCardProfile` gives the same profile back. */
export function formatCardProfile(profile: CardProfile): string {
  const { iccid, atr, credentials, sqn, pins, applications } = profile
  const file = {
    format: CARD_PROFILE_FORMAT,
    version: 1,
    iccid,
    atr: toHex(atr),
    authentication: formatCredentials(credentials),
    sqn: {
      indLength: sqn.indLength,
      delta: String(sqn.delta),
      ...(sqn.ageLimit === undefined ? {} : { ageLimit: String(sqn.ageLimit) }),
    },
    pins: { ...pins, adm1: toHex(pins.adm1.reveal()) },
    applications: applications.map((one) => ({ ...one, aid: toHex(one.aid) })),
  }
  return `${JSON.stringify(file, undefined, 2)}\n`
}

/** An error of `JSON.parse` may quote the text, keys and all: it is not passed on. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigurationInvalid('card profile: not JSON')
  }
}

function formatCredentials(credentials: CardCredentials): Record<string, string | number> {
  const { algorithm, subscriberKey, operatorVariant, tuak } = credentials
  const k = toHex(subscriberKey.reveal())
  const variant = toHex(operatorVariant.reveal())
  if (tuak === undefined) return { algorithm, k, opc: variant }
  return {
    algorithm,
    k,
    topc: variant,
    resBits: tuak.resLength * 8,
    ckBits: tuak.ckLength * 8,
    ikBits: tuak.ikLength * 8,
    iterations: tuak.iterations,
  }
}
