/**
 * A subscriber as people write it: the fields of `cpns subscriber add`, of files to import and of the
 * admin API. Keys go in and never come out. TS 33.102 6.3, TS 29.109 Annex A
 */
import { z } from 'zod'
import { DEFAULT_TUAK_PROFILE } from '../aka/tuak.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { formatGuss, type Guss, parseGuss } from '../gba/guss.ts'
import { changeGuss } from '../gba/guss-change.ts'
import { type Impi, parseImpi } from '../identity/impi.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { assertGussFits, gussOfXml } from './guss-fields.ts'
import type { Subscriber } from './hss-store.ts'

const LONGEST_LIFETIME_SECONDS = 0x7fff_ffff

const hex = z.string().max(64)
const algorithm = z.enum(['milenage', 'tuak'])
const uiccType = z.enum(['GBA_U', 'GBA'])
const keyLifetime = z.int().min(1).max(LONGEST_LIFETIME_SECONDS)

/** A new subscriber. Lengths of keys are judged later, by algorithm. */
export const subscriberFieldsSchema = z.strictObject({
  impi: z.string(),
  algorithm: algorithm.default('milenage'),
  /** K: 32 hex digits, with TUAK 32 or 64. */
  k: hex,
  /** 32 hex digits, with MILENAGE. */
  opc: hex.optional(),
  /** 64 hex digits, with TUAK. */
  topc: hex.optional(),
  /** 4 hex digits. */
  amf: hex.default('0000'),
  /** Absent: GBA_U. */
  uiccType: uiccType.optional(),
  /** Of Ks, in seconds; absent: as the BSF decides. */
  keyLifetime: keyLifetime.optional(),
  /** GUSS as XML; both of the above may stand in it. TS 29.109 Annex A */
  guss: z.string().optional(),
})

/** What of a subscriber may change; what is absent stays, and SQN always does. */
export const subscriberChangeSchema = z.strictObject({
  algorithm: algorithm.optional(),
  k: hex.optional(),
  opc: hex.optional(),
  topc: hex.optional(),
  amf: hex.optional(),
  uiccType: uiccType.optional(),
  /** `null`: as the BSF decides. */
  keyLifetime: keyLifetime.nullable().optional(),
  /** As XML, in place of the former one, whole. */
  guss: z.string().optional(),
})

/** What may be seen of a subscriber. */
export const shownSubscriberSchema = z.strictObject({
  impi: z.string(),
  algorithm,
  uiccType,
  amf: z.string(),
  keyLifetimeSeconds: z.int().optional(),
})

/** What each algorithm is given: lengths in octets. */
const KEYS = {
  milenage: { k: [16], variant: 'opc', variantLength: 16, other: 'topc' },
  tuak: { k: [16, 32], variant: 'topc', variantLength: 32, other: 'opc' },
} as const
const AMF_LENGTH = 2

/** @throws {InvalidMessage} Naming the field that is wrong or missing, never a value of a key. */
export function subscriberOf(fields: z.infer<typeof subscriberFieldsSchema>): Subscriber {
  const impi = parseImpi(fields.impi, 'impi')
  return {
    impi,
    ...keysOf(fields),
    amf: octetsOf('amf', fields.amf, [AMF_LENGTH]),
    guss: gussOfFields(impi, fields),
  }
}

function gussOfFields(impi: Impi, fields: GussFields): string {
  if (fields.guss !== undefined) return gussOfXml(impi, fields.guss, fields)
  const { uiccType: type = 'GBA_U', keyLifetime: lifeTimeSeconds } = fields
  const lifetime = typeof lifeTimeSeconds === 'number' && { lifeTimeSeconds }
  return formatGuss({ id: impi, uiccType: type, ...lifetime, ussList: [] })
}

/**
 * The subscriber with the change. K alone may change; another algorithm takes both keys.
 *
 * @throws {InvalidMessage} As `subscriberOf`.
 */
export function changedSubscriber(
  subscriber: Subscriber,
  change: z.infer<typeof subscriberChangeSchema>,
): Subscriber {
  const { amf } = change
  const guss = changedGuss(subscriber, change)
  return {
    ...withChangedKeys(subscriber, change),
    ...(amf !== undefined && { amf: octetsOf('amf', amf, [AMF_LENGTH]) }),
    ...(guss !== undefined && { guss }),
  }
}

/** What is not known here stays in it. */
function changedGuss({ impi, guss }: Subscriber, change: GussFields): string | undefined {
  if (change.guss !== undefined) return gussOfXml(impi, change.guss, change)
  const { uiccType: type, keyLifetime: lifeTimeSeconds } = change
  if (type === undefined && lifeTimeSeconds === undefined) return guss
  const changed = changeGuss(guss ?? formatGuss({ id: impi, ussList: [] }), {
    ...(type !== undefined && { uiccType: type }),
    ...(lifeTimeSeconds !== undefined && { lifeTimeSeconds }),
  })
  return assertGussFits(changed, 'guss')
}

/** Its GUSS; one without has no services, and GBA_ME. @throws {InvalidMessage} If it cannot be read. */
export function gussOf({ guss }: Subscriber): Guss {
  return guss === undefined ? { ussList: [] } : parseGuss(guss)
}

/** What may be seen of a subscriber. @throws {InvalidMessage} If its GUSS cannot be read. */
export function describeSubscriber(subscriber: Subscriber): z.infer<typeof shownSubscriberSchema> {
  const { uiccType: type = 'GBA', lifeTimeSeconds } = gussOf(subscriber)
  return {
    impi: subscriber.impi,
    algorithm: subscriber.algorithm,
    uiccType: type,
    amf: toHex(subscriber.amf),
    ...(lifeTimeSeconds !== undefined && { keyLifetimeSeconds: lifeTimeSeconds }),
  }
}

type GussFields = Pick<z.infer<typeof subscriberChangeSchema>, 'guss' | 'uiccType' | 'keyLifetime'>
type Keys = Pick<Subscriber, 'algorithm' | 'subscriberKey' | 'operatorVariant' | 'tuak'>
type KeyFields = Partial<Record<'k' | 'opc' | 'topc', string | undefined>>

function keysOf(fields: KeyFields & { readonly algorithm: Subscriber['algorithm'] }): Keys {
  const { algorithm: name } = fields
  return {
    algorithm: name,
    subscriberKey: Secret.of(octetsOf('k', fields.k, KEYS[name].k)),
    operatorVariant: operatorVariantOf(name, fields),
    ...(name === 'tuak' && { tuak: DEFAULT_TUAK_PROFILE }),
  }
}

function withChangedKeys(
  { tuak, ...subscriber }: Subscriber,
  change: KeyFields & { readonly algorithm?: Subscriber['algorithm'] | undefined },
): Subscriber {
  const { algorithm: name = subscriber.algorithm, k, opc, topc } = change
  if (name !== subscriber.algorithm) {
    return { ...subscriber, ...keysOf({ ...change, algorithm: name }) }
  }
  return {
    ...subscriber,
    ...(tuak && { tuak }),
    ...(k !== undefined && { subscriberKey: Secret.of(octetsOf('k', k, KEYS[name].k)) }),
    ...((opc ?? topc) !== undefined && { operatorVariant: operatorVariantOf(name, change) }),
  }
}

function operatorVariantOf(name: Subscriber['algorithm'], fields: KeyFields): Secret {
  const { variant, variantLength, other } = KEYS[name]
  if (fields[other] !== undefined) throw new InvalidMessage(`${name} takes ${variant}`, other)
  return Secret.of(octetsOf(variant, fields[variant], [variantLength]))
}

function octetsOf(field: string, text: string | undefined, lengths: readonly number[]): Uint8Array {
  if (text === undefined) throw new InvalidMessage('it is missing', field)
  const octets = fromHex(text, field)
  if (lengths.includes(octets.length)) return octets
  const digits = lengths.map((length) => length * 2).join(' or ')
  throw new InvalidMessage(`not ${digits} hex digits`, field)
}
