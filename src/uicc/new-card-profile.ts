/** The profile of a card that is made here, with fresh PINs. */

import { DEFAULT_SQN_POLICY } from '../aka/sqn.ts'
import { defaultAidOf } from '../apdu/aid.ts'
import { Secret } from '../crypto/secret.ts'
import type { Impi } from '../identity/impi.ts'
import type { Imsi, MncLength } from '../identity/imsi.ts'
import type { Random } from '../ports/random.ts'
import type {
  ApplicationProfile,
  CardCredentials,
  CardProfile,
  PinProfile,
} from './card-profile.ts'
import { DEFAULT_ATR } from './card-profile-schema.ts'

/** Whose card it is to be. */
export interface NewCard {
  readonly imsi: Imsi
  readonly mncLength: MncLength
  readonly credentials: CardCredentials
  /** Gives the card an ISIM besides its USIM, whose home network domain is that of the IMPI. */
  readonly impi?: Impi
}

const PIN_DIGITS = 4
const PUK_DIGITS = 8
const ADM1_LENGTH = 8
/** Telecommunications (89), then no country: nobody issues such a card. ITU-T E.118 4 */
const ICCID_START = '8900'
const IMSI_DIGITS = 15

/** USIM, and ISIM where there is an IMPI; GBA_U on both, all PINs fresh, the PIN itself disabled. */
export function newCardProfile(card: NewCard, random: Random): CardProfile {
  const { imsi, credentials } = card
  return {
    iccid: `${ICCID_START}${imsi.padEnd(IMSI_DIGITS, '0')}`,
    atr: DEFAULT_ATR,
    credentials,
    sqn: DEFAULT_SQN_POLICY,
    pins: {
      pin: freshPin(random),
      pin2: { ...freshPin(random), enabled: true },
      adm1: Secret.of(random.octets(ADM1_LENGTH)),
    },
    applications: applicationsOf(card),
  }
}

function applicationsOf({ imsi, mncLength, impi }: NewCard): ApplicationProfile[] {
  const usim: ApplicationProfile = { ...base('USIM'), imsi, mncLength, gsm: false }
  if (impi === undefined) return [usim]
  const domain = impi.slice(impi.lastIndexOf('@') + 1)
  return [usim, { ...base('ISIM'), impi, impus: [`sip:${impi}`], domain }]
}

function base<Name extends 'USIM' | 'ISIM'>(application: Name) {
  return { application, aid: defaultAidOf(application), label: application, gba: true }
}

function freshPin(random: Random): PinProfile {
  return {
    value: digits(PIN_DIGITS, random),
    puk: digits(PUK_DIGITS, random),
    enabled: false,
  }
}

function digits(length: number, random: Random): string {
  return Array.from(random.octets(length), (octet) => octet % 10).join('')
}
