/** From the flags of `cpns subscriber add` to a subscriber. TS 33.102 6.3, TS 29.109 Annex A */
import { DEFAULT_TUAK_PROFILE } from '../aka/tuak.ts'
import type { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { formatGuss } from '../gba/guss.ts'
import type { Subscriber } from '../hss/hss-store.ts'
import { parseImpi } from '../identity/impi.ts'
import { readFlag, readKey, readOctets } from './flag-values.ts'

/** The flags as they come from the command line. */
export interface AddFlags {
  readonly impi: string
  readonly algorithm: 'milenage' | 'tuak'
  readonly k: string
  readonly opc?: string
  readonly topc?: string
  readonly amf: string
  readonly uiccType: 'GBA_U' | 'GBA'
  readonly keyLifetime?: number
}

/** What each algorithm is given: lengths in octets. */
const KEYS = {
  milenage: { k: [16], variant: 'opc', variantLength: 16, other: 'topc' },
  tuak: { k: [16, 32], variant: 'topc', variantLength: 32, other: 'opc' },
} as const

const AMF_LENGTH = 2

/** @throws {ConfigurationInvalid} Naming the flag that is wrong or missing, never a value of a key. */
export function subscriberOf(flags: AddFlags): Subscriber {
  const { algorithm, uiccType, keyLifetime } = flags
  const impi = readFlag('--impi', () => parseImpi(flags.impi))
  return {
    impi,
    algorithm,
    subscriberKey: mandatory('--k', readKey('--k', flags.k, KEYS[algorithm].k)),
    operatorVariant: operatorVariantOf(flags),
    amf: mandatory('--amf', readOctets('--amf', flags.amf, [AMF_LENGTH])),
    guss: formatGuss({
      id: impi,
      uiccType,
      ...(keyLifetime !== undefined && { lifeTimeSeconds: keyLifetime }),
      ussList: [],
    }),
    ...(algorithm === 'tuak' && { tuak: DEFAULT_TUAK_PROFILE }),
  }
}

function operatorVariantOf(flags: AddFlags): Secret {
  const { variant, variantLength, other } = KEYS[flags.algorithm]
  if (flags[other] !== undefined) {
    throw new ConfigurationInvalid(`--${other}: ${flags.algorithm} takes --${variant}`)
  }
  return mandatory(`--${variant}`, readKey(`--${variant}`, flags[variant], [variantLength]))
}

function mandatory<T>(flag: string, value: T | undefined): T {
  if (value === undefined) throw new ConfigurationInvalid(`${flag}: it is missing`)
  return value
}
