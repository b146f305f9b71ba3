/**
 * The language that AVPs, groups and commands are declared in: a rule says which AVP stands for a value
 * and how often, and both writes and reads it; from the rules of a command follow its type, its encoder
 * and its decoder. RFC 6733 3.2, 4.4
 *
 * An AVP that no rule names is refused if it is mandatory (5001) and skipped otherwise, as every command
 * ends in `* [ AVP ]`; those of the base protocol are known, and skipped, whatever their M flag says.
 */
import type { Avp } from './avp.ts'
import { decodeAvps, encodeAvps } from './avp-codec.ts'
import { DiameterFailure } from './diameter-failure.ts'
import type { AvpType } from './value-types.ts'

/** What an AVP is called and what is in it. */
export interface AvpDeclaration<T> {
  /** In the spelling of its specification. */
  readonly name: string
  readonly code: number
  /** 0 for the IETF. */
  readonly vendorId: number
  /** Whether the M flag is sent; on reading it is not compared. */
  readonly mandatory: boolean
  readonly type: AvpType<T>
}

/** One value among AVPs; an optional one may be `undefined`. */
export interface AvpRule<T> {
  readonly declaration: Pick<AvpDeclaration<unknown>, 'name' | 'code' | 'vendorId'>
  /** How often it may stand there. */
  readonly max: number
  /** How deep groups stand in it. */
  readonly depth: number
  /** @throws {RangeError} If the value is outside its limits. */
  write(value: T, output: Avp[]): void
  /** @param found At most `max`. @throws {DiameterFailure} If it is missing or wrong. */
  read(found: readonly Avp[]): T
}

/** Rules by the names of their properties. */
export type AvpRules = Readonly<Record<string, AvpRule<unknown>>>

type ValueOf<R> = R extends AvpRule<infer T> ? T : never
type OptionalKeys<R> = { [K in keyof R]: undefined extends ValueOf<R[K]> ? K : never }[keyof R]

/** The type that rules describe. */
export type ValuesOf<R> = {
  readonly [K in Exclude<keyof R, OptionalKeys<R>>]: ValueOf<R[K]>
} & { readonly [K in OptionalKeys<R>]?: Exclude<ValueOf<R[K]>, undefined> }

/** Groups in groups that may be declared; nothing deeper is ever looked into. */
export const MAX_GROUP_DEPTH = 4

/** An AVP that stands there once. RFC 6733 3.2, `{ AVP }` */
export function required<T>(declaration: AvpDeclaration<T>): AvpRule<T> {
  return {
    declaration,
    max: 1,
    depth: declaration.type.depth,
    write: (value, output) => output.push(encodeValue(declaration, value)),
    read([avp]) {
      if (avp === undefined) throw missing(declaration)
      return decodeValue(declaration, avp)
    },
  }
}

/** An AVP that may be absent. RFC 6733 3.2, `[ AVP ]` */
export function optional<T>(declaration: AvpDeclaration<T>): AvpRule<T | undefined> {
  const rule = required(declaration)
  return {
    ...rule,
    write(value, output) {
      if (value !== undefined) rule.write(value, output)
    },
    read: (found) => (found.length === 0 ? undefined : rule.read(found)),
  }
}

/** An AVP that stands there any number of times up to `max`. RFC 6733 3.2, `* [ AVP ]` */
export function repeated<T>(declaration: AvpDeclaration<T>, max: number): AvpRule<readonly T[]> {
  return {
    declaration,
    max,
    depth: declaration.type.depth,
    write(values, output) {
      if (values.length > max) throw new RangeError(`over ${max} ${declaration.name}`)
      output.push(...values.map((value) => encodeValue(declaration, value)))
    },
    read: (found) => found.map((avp) => decodeValue(declaration, avp)),
  }
}

/**
 * An AVP that is written once and read once or more, because other releases allow several. RFC 6733 3.2, `1* { AVP }`
 *
 * @param reading.preferred The value that counts wherever it stands; without it the first one does.
 */
export function oneOrMore<T>(
  declaration: AvpDeclaration<T>,
  reading: { readonly max: number; readonly preferred: T },
): AvpRule<T> {
  const rule = required(declaration)
  return {
    ...rule,
    max: reading.max,
    read(found) {
      // Without any, what `required` says of it.
      const values = found.length === 0 ? [rule.read(found)] : found.map((avp) => rule.read([avp]))
      return values.find((value) => value === reading.preferred) ?? (values[0] as T)
    },
  }
}

/**
 * Grouped: AVPs by rules of their own. RFC 6733 4.4
 *
 * @throws {RangeError} If groups would stand deeper in each other than `MAX_GROUP_DEPTH`.
 */
export function grouped<R extends AvpRules>(rules: R): AvpType<ValuesOf<R>> {
  const depth = 1 + Math.max(0, ...Object.values(rules).map((rule) => rule.depth))
  if (depth > MAX_GROUP_DEPTH) throw new RangeError('groups too deep in each other')
  return {
    minOctets: 0,
    depth,
    encode: (values) => encodeAvps(writeValues(rules, values)),
    decode: (data) => readValues(rules, decodeAvps(data)),
  }
}

/** Grouped, with whatever AVPs in it: for Failed-AVP. RFC 6733 7.5 */
export const anyAvps: AvpType<readonly Avp[]> = {
  minOctets: 0,
  depth: 1,
  encode: encodeAvps,
  decode: decodeAvps,
}

/** AVPs of these values, in the order of the rules. @throws {RangeError} If one is out of its limits. */
export function writeValues<R extends AvpRules>(rules: R, values: ValuesOf<R>): Avp[] {
  const output: Avp[] = []
  for (const property in rules) {
    rules[property]?.write((values as Readonly<Record<string, unknown>>)[property], output)
  }
  return output
}

/**
 * The values of AVPs, which may stand in any order.
 *
 * @throws {DiameterFailure} 5001 for an unknown mandatory AVP, 5005 for a missing one, 5009 for one too
 *   many, 5004 and 5014 for a wrong one, each with its Failed-AVP.
 */
export function readValues<R extends AvpRules>(rules: R, avps: readonly Avp[]): ValuesOf<R> {
  const places = placesOf(rules)
  const found = new Map<string, Avp[]>()
  for (const avp of avps) {
    const property = places.get(placeOf(avp))
    const rule = property === undefined ? undefined : rules[property]
    if (property === undefined || rule === undefined) {
      assertMayBeSkipped(avp)
      continue
    }
    const former = found.get(property)
    if (former === undefined) found.set(property, [avp])
    else if (former.length === rule.max) throw tooMany(rule.declaration.name, avp)
    else former.push(avp)
  }
  const values: Record<string, unknown> = {}
  for (const property in rules) {
    const value = rules[property]?.read(found.get(property) ?? NONE)
    if (value !== undefined) values[property] = value
  }
  return values as ValuesOf<R>
}

const NONE: readonly Avp[] = []

/** The property of each AVP that rules name, made once for all messages of a command. */
const PLACES = new WeakMap<AvpRules, ReadonlyMap<number, string>>()

function placesOf(rules: AvpRules): ReadonlyMap<number, string> {
  const known = PLACES.get(rules)
  if (known !== undefined) return known
  const places = new Map<number, string>()
  for (const [property, { declaration }] of Object.entries(rules)) {
    const place = placeOf(declaration)
    if (!places.has(place)) places.set(place, property)
  }
  PLACES.set(rules, places)
  return places
}

/** Vendor-Id and code in one number of 64 bits less eleven: vendors are far below 2^21. */
function placeOf({ code, vendorId }: { readonly code: number; readonly vendorId: number }): number {
  return vendorId * 2 ** 32 + code
}

/** Codes outside 257 to 299 that RFC 6733 4.5 lists: RADIUS codes, and a few of its own. */
const OTHER_BASE_CODES = [1, 25, 27, 33, 44, 50, 55, 85, 480, 483, 485]

/** Whether it is an AVP of the base protocol. RFC 6733 4.5 */
export function isBaseAvp({ code, vendorId }: Pick<Avp, 'code' | 'vendorId'>): boolean {
  return vendorId === 0 && ((code >= 257 && code <= 299) || OTHER_BASE_CODES.includes(code))
}

function assertMayBeSkipped(avp: Avp): void {
  if (!avp.mandatory || isBaseAvp(avp)) return
  throw new DiameterFailure(
    'DIAMETER_AVP_UNSUPPORTED',
    { reason: 'unknown and mandatory', field: `AVP ${avp.code}` },
    { failedAvp: avp },
  )
}

function encodeValue<T>(declaration: AvpDeclaration<T>, value: T): Avp {
  const { name, code, vendorId, mandatory, type } = declaration
  try {
    return { code, vendorId, mandatory, data: type.encode(value) }
  } catch (cause) {
    throw new RangeError(`${name} is out of its limits`, { cause })
  }
}

/** Names the AVP; of a group, the group with the one wrong AVP in it. RFC 6733 7.5 */
function decodeValue<T>({ name, type }: AvpDeclaration<T>, avp: Avp): T {
  try {
    return type.decode(avp.data)
  } catch (cause) {
    if (!(cause instanceof DiameterFailure)) throw cause
    const inner = cause.failedAvp
    const failedAvp = inner === undefined ? avp : { ...avp, data: encodeAvps([inner]) }
    throw cause.within(name, failedAvp)
  }
}

/** 5005 for an AVP: with one of that code, its data as short as may be, all zero. RFC 6733 7.5 */
export function missing<T>({ name, code, vendorId, mandatory, type }: AvpDeclaration<T>) {
  return new DiameterFailure(
    'DIAMETER_MISSING_AVP',
    { reason: 'missing', field: name },
    { failedAvp: { code, vendorId, mandatory, data: new Uint8Array(type.minOctets) } },
  )
}

/** The first one that is too many. RFC 6733 7.1.5 */
function tooMany(name: string, avp: Avp) {
  return new DiameterFailure(
    'DIAMETER_AVP_OCCURS_TOO_MANY_TIMES',
    { reason: 'too many', field: name },
    { failedAvp: avp },
  )
}
