/**
 * The fields that calculators read, as zod schemas, and what is said of them on the command line.
 * Design 10. No message holds a value, because most of the values are secrets.
 */
import { z } from 'zod'
import { Secret } from '../crypto/secret.ts'
import { fromHex, utf8 } from '../octets/octets.ts'

/** How one field is shown in the help of a command. */
export interface FieldHelp {
  readonly kind: 'hex' | 'text' | 'number'
  readonly help: string
}

/** Every field of every calculator, in the order of the help. */
export const FIELD_HELP: Readonly<Record<string, FieldHelp>> = {
  algorithm: { kind: 'text', help: 'algorithm set or digest algorithm, see above' },
  k: { kind: 'hex', help: 'K, 16 octets; with TUAK 16 or 32' },
  opc: { kind: 'hex', help: 'OPc, 16 octets (or give op)' },
  op: { kind: 'hex', help: 'OP, 16 octets' },
  topc: { kind: 'hex', help: 'TOPc of TUAK, 32 octets (or give top)' },
  top: { kind: 'hex', help: 'TOP of TUAK, 32 octets' },
  rand: { kind: 'hex', help: 'RAND, 16 octets' },
  sqn: { kind: 'hex', help: 'SQN, 6 octets' },
  amf: { kind: 'hex', help: 'AMF, 2 octets' },
  auts: { kind: 'hex', help: 'AUTS, 14 octets (more with a longer MAC of TUAK)' },
  iterations: { kind: 'number', help: 'TUAK: Keccak iterations, default 1' },
  macBits: { kind: 'number', help: 'TUAK: 64, 128 or 256, default 64' },
  resBits: { kind: 'number', help: 'TUAK: 32, 64, 128 or 256, default 64' },
  ckBits: { kind: 'number', help: 'TUAK: 128 or 256, default 128' },
  ikBits: { kind: 'number', help: 'TUAK: 128 or 256, default 128' },
  ck: { kind: 'hex', help: 'CK, 16 octets' },
  ik: { kind: 'hex', help: 'IK, 16 octets' },
  impi: { kind: 'text', help: 'IMPI' },
  nafFqdn: { kind: 'text', help: 'domain name of the NAF' },
  uaId: { kind: 'hex', help: 'Ua security protocol identifier, 5 octets' },
  autn: { kind: 'hex', help: 'AUTN, 16 octets' },
  xres: { kind: 'hex', help: 'XRES, 4 to 32 octets' },
  bsf: { kind: 'text', help: 'domain name of the BSF' },
  username: { kind: 'text', help: 'username' },
  realm: { kind: 'text', help: 'realm' },
  password: { kind: 'hex', help: 'password octets (RES with AKAv1-MD5; empty with AUTS)' },
  nonce: { kind: 'text', help: 'nonce' },
  uri: { kind: 'text', help: 'digest uri' },
  method: { kind: 'text', help: 'HTTP method' },
  qop: { kind: 'text', help: 'auth or auth-int; absent in the form of RFC 2069' },
  nc: { kind: 'text', help: 'nonce count, 8 hex digits; needed with qop' },
  cnonce: { kind: 'text', help: 'client nonce; needed with qop and -sess' },
  body: { kind: 'hex', help: 'request body, default empty' },
  responseBody: { kind: 'hex', help: 'response body; asks for rspauth' },
}

/** Octets as hex in either case. @param lengths How many octets it may have; none: as many as come. */
export function hexField(...lengths: readonly number[]) {
  const message =
    lengths.length === 0 ? 'hex expected' : `hex of ${listed(lengths)} octets expected`
  return z
    .string(message)
    .refine((text) => isHex(text) && fits(text.length / 2, lengths), message)
    .transform((text) => fromHex(text))
}

/** Octets that are a key. @param lengths As `hexField`. */
export function keyField(...lengths: readonly number[]) {
  return hexField(...lengths).transform((octets) => Secret.of(octets))
}

/** Text without half surrogate pairs. @param maxOctets Of its UTF-8 form. */
export function textField(maxOctets = Number.POSITIVE_INFINITY) {
  return z
    .string('text expected')
    .refine((text) => !/\p{Cs}/u.test(text), 'well-formed text expected')
    .refine((text) => utf8(text).length <= maxOctets, `at most ${maxOctets} octets expected`)
}

/** One of several numbers. */
export function choiceField(...choices: readonly [number, ...number[]]) {
  return z.literal([...choices], `${choices.join(' or ')} expected`)
}

/** `16`, `16 or 32`, `4 to 32`. */
function listed(lengths: readonly number[]): string {
  return lengths.length > 3 ? `${lengths[0]} to ${lengths.at(-1)}` : lengths.join(' or ')
}

function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text)
}

function fits(length: number, lengths: readonly number[]): boolean {
  return lengths.length === 0 || lengths.includes(length)
}
