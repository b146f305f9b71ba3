/**
 * The types of AVP data: how a value is written as octets and read back. RFC 6733 4.2, 4.3
 *
 * `decode` throws without the AVP, which `avp-rules.ts` adds.
 */
import { Secret } from '../../crypto/secret.ts'
import { InvalidMessage } from '../../errors/errors.ts'
import { concatOctets, fromUtf8, uint16, uint32, utf8 } from '../../octets/octets.ts'
import { DiameterFailure } from './diameter-failure.ts'

/** One type. */
export interface AvpType<T> {
  /** @throws {RangeError} If the value is outside what `decode` would take. */
  encode(value: T): Uint8Array
  /** @throws {DiameterFailure} 5014 for a wrong length, 5004 for a wrong value. */
  decode(data: Uint8Array): T
  /** Octets of the shortest value: what stands for a missing AVP in Failed-AVP. RFC 6733 7.5 */
  readonly minOctets: number
  /** How deep groups stand in it; 0 if it is none. */
  readonly depth: number
}

/** How many octets a value may have. */
export interface OctetRange {
  readonly min: number
  readonly max: number
}

/** OctetString. RFC 6733 4.2 */
export function octetString({ min, max }: OctetRange): AvpType<Uint8Array> {
  const fits = ({ length }: Uint8Array): boolean => length >= min && length <= max
  return {
    minOctets: min,
    depth: 0,
    encode(value) {
      if (!fits(value)) throw new RangeError(`${value.length} octets, not ${min} to ${max}`)
      return value
    },
    decode(data) {
      if (fits(data)) return data
      throw wrongLength(`${data.length} octets, not ${min} to ${max}`)
    },
  }
}

/**
 * A type made of another one. @param judge.parse May throw InvalidMessage, which becomes 5004; nothing
 *   is written that it refuses.
 */
export function mapped<From, T>(
  type: AvpType<From>,
  judge: { readonly format: (value: T) => From; readonly parse: (raw: From) => T },
): AvpType<T> {
  return {
    minOctets: type.minOctets,
    depth: type.depth,
    encode(value) {
      const raw = judge.format(value)
      try {
        judge.parse(raw)
      } catch (cause) {
        throw new RangeError('a value out of its limits', { cause })
      }
      return type.encode(raw)
    },
    decode(data) {
      const raw = type.decode(data)
      try {
        return judge.parse(raw)
      } catch (cause) {
        if (cause instanceof InvalidMessage) throw wrongValue(cause.reason, cause)
        throw cause
      }
    },
  }
}

/** A key as OctetString; nothing shows it. K-5 */
export function secretOctets(range: OctetRange): AvpType<Secret> {
  const type = octetString(range)
  return {
    ...type,
    encode: (value) => type.encode(value.reveal()),
    decode: (data) => Secret.of(type.decode(data)),
  }
}

/** UTF8String. RFC 6733 4.3.1 @param range Octets. */
export function utf8String(range: OctetRange): AvpType<string> {
  const octets = octetString(range)
  // What utf8 gives is UTF-8, so it is not read back before it is written.
  const text = mapped(octets, { format: utf8, parse: (data) => fromUtf8(data) })
  return { ...text, encode: (value) => octets.encode(utf8(value)) }
}

/** DiameterIdentity: a name of a node or realm, as text. RFC 6733 4.3.1 */
export const diameterIdentity: AvpType<string> = mapped(utf8String({ min: 1, max: 255 }), {
  format: (value) => value,
  parse(text) {
    if (/^[A-Za-z0-9._-]+$/.test(text)) return text
    throw new InvalidMessage('no domain name', 'DiameterIdentity')
  },
})

/** Unsigned32. RFC 6733 4.2 */
export const unsigned32: AvpType<number> = {
  minOctets: 4,
  depth: 0,
  encode: uint32,
  decode(data) {
    const [a = 0, b = 0, c = 0, d = 0] = octets4.decode(data)
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  },
}

const octets4 = octetString({ min: 4, max: 4 })

/** Integer32. RFC 6733 4.2 */
export const integer32: AvpType<number> = mapped(octetString({ min: 4, max: 4 }), {
  format(value) {
    if ((value | 0) !== value) throw new RangeError(`${value} does not fit Integer32`)
    return uint32(value >>> 0)
  },
  parse: (octets) => new DataView(octets.buffer, octets.byteOffset).getInt32(0),
})

/** Enumerated, by names. RFC 6733 4.3.1 @param values Each name with its number. */
export function enumerated<Name extends string>(
  values: Readonly<Record<Name, number>>,
): AvpType<Name> {
  const names = new Map(Object.entries<number>(values).map(([name, value]) => [value, name]))
  return mapped(integer32, {
    format(name) {
      if (!Object.hasOwn(values, name)) throw new RangeError('no such value')
      return values[name]
    },
    parse(value) {
      const name = names.get(value)
      if (name === undefined) throw new InvalidMessage('no such value', 'Enumerated')
      return name as Name
    },
  })
}

/** Seconds from 1900 to 1970. RFC 5905 6 */
const NTP_EPOCH_SECONDS = 2_208_988_800
const NTP_ERA_SECONDS = 2 ** 32
/** First time that can be written: the most significant bit of the NTP seconds has just been set. */
const FIRST_SECONDS = 2 ** 31 - NTP_EPOCH_SECONDS

/**
 * Time, as UTC milliseconds of whole seconds: NTP seconds, 1968-01-20 to 2104-02-26. With the most
 * significant bit they count from 1900, without it from 2036-02-07. RFC 6733 4.3.1
 */
export const time: AvpType<number> = mapped(unsigned32, {
  format(atMs) {
    const seconds = atMs / 1000
    const sinceFirst = seconds - FIRST_SECONDS
    if (!Number.isInteger(seconds) || sinceFirst < 0 || sinceFirst >= NTP_ERA_SECONDS) {
      throw new RangeError('not a whole second from 1968 to 2104')
    }
    return (seconds + NTP_EPOCH_SECONDS) % NTP_ERA_SECONDS
  },
  parse(ntpSeconds) {
    const seconds = ntpSeconds - NTP_EPOCH_SECONDS
    return 1000 * (seconds < FIRST_SECONDS ? seconds + NTP_ERA_SECONDS : seconds)
  },
})

/** An address of an address family. RFC 6733 4.3.1 */
export interface DiameterAddress {
  /** 1 is IPv4, 2 is IPv6; others are passed on unread. */
  readonly family: number
  readonly octets: Uint8Array
}

const ADDRESS_OCTETS: Readonly<Record<number, number>> = { 1: 4, 2: 16 }

/** Address. RFC 6733 4.3.1 */
export const address: AvpType<DiameterAddress> = mapped(octetString({ min: 2, max: 255 }), {
  format: ({ family, octets }) => concatOctets(uint16(family), octets),
  parse(raw) {
    const family = new DataView(raw.buffer, raw.byteOffset).getUint16(0)
    const octets = raw.subarray(2)
    if (octets.length === (ADDRESS_OCTETS[family] ?? octets.length)) return { family, octets }
    throw new InvalidMessage('not the length of its family', 'Address')
  },
})

function wrongLength(reason: string): DiameterFailure {
  return new DiameterFailure('DIAMETER_INVALID_AVP_LENGTH', { reason, field: 'AVP' })
}

function wrongValue(reason: string, cause: unknown): DiameterFailure {
  return new DiameterFailure('DIAMETER_INVALID_AVP_VALUE', { reason, field: 'AVP' }, { cause })
}
