/**
 * A card's memory as it is stored: sealed under a key that is made from the card's own K and OPc, so that
 * Ks, Ks_int_NAF and PINs never stand in clear on disk (K-5), and no card opens the state of another.
 *
 * Who can write the store can put an older state back, as with any copy of a card; SQN then runs again.
 */
import * as z from 'zod'
import { hkdf } from '../crypto/hkdf.ts'
import { createRecordSealer, type RecordSealer } from '../crypto/record-sealer.ts'
import { Secret } from '../crypto/secret.ts'
import { StoreFailed } from '../errors/errors.ts'
import { concatOctets, fromHex, fromUtf8, toHex, utf8 } from '../octets/octets.ts'
import type { Random } from '../ports/random.ts'
import type { CardMemory, GbaMemory, PinMemory } from './card-memory.ts'
import type { CardProfile } from './card-profile.ts'

const KEY_LENGTH = 32
const VERSION = 1

/** Seals and opens the memory of one card. */
export interface MemorySealer {
  seal(memory: CardMemory): Uint8Array
  /** @throws {StoreFailed} If it was altered, or is the state of a card with other keys. */
  open(sealed: Uint8Array): CardMemory
}

/** @param random Draws a nonce a seal. */
export function createMemorySealer(profile: CardProfile, random: Random): MemorySealer {
  const sealer: RecordSealer = createRecordSealer({ current: keyOf(profile) }, random)
  const identity = `uicc:${profile.iccid}:memory`
  return {
    seal: (memory) => sealer.seal(identity, Secret.of(utf8(format(memory)))),
    open(sealed) {
      const opened = sealer.open(identity, sealed)
      if (opened === undefined) {
        throw new StoreFailed('the card state was altered, or belongs to a card with other keys')
      }
      return parse(opened, profile.sqn.indLength)
    },
  }
}

function keyOf({ credentials: { subscriberKey, operatorVariant } }: CardProfile): Secret {
  const keys = Secret.of(concatOctets(subscriberKey.reveal(), operatorVariant.reveal()))
  return hkdf(keys, { salt: new Uint8Array(0), info: 'CPNS UICC state', length: KEY_LENGTH })
}

/** Field by field: a secret prints as `[secret]` unless it is revealed, and JSON has no big numbers. */
function format({ sqnArrays, pins, files, gba }: CardMemory): string {
  return JSON.stringify({
    version: VERSION,
    sqnArrays: mapValues(sqnArrays, (array) => array.map(String)),
    pins: mapValues(pins, formatPin),
    files: mapValues(files, toHex),
    gba: mapValues(gba, formatGba),
  })
}

function formatPin({ value, enabled, retries, puk }: PinMemory) {
  const base = { value: revealHex(value), enabled, retries }
  return puk === undefined
    ? base
    : { ...base, puk: { value: revealHex(puk.value), retries: puk.retries } }
}

function formatGba({ ks, rand, nafKeys }: GbaMemory) {
  return {
    ks: revealHex(ks),
    rand: toHex(rand),
    nafKeys: nafKeys.map((key) => ({
      ...key,
      nafId: toHex(key.nafId),
      ksIntNaf: revealHex(key.ksIntNaf),
    })),
  }
}

function revealHex(value: Secret): string {
  return toHex(value.reveal())
}

function mapValues<Value, Result>(
  record: Readonly<Partial<Record<string, Value>>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  const entries = Object.entries(record).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, change(value)] as const],
  )
  return Object.fromEntries(entries)
}

function parse(opened: Secret, indLength: number): CardMemory {
  const parsed = memorySchema(2 ** indLength).safeParse(JSON.parse(fromUtf8(opened.reveal())))
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new StoreFailed(`the card state is not of this version or profile: ${where}`)
}

const octets = z
  .string()
  .regex(/^([0-9a-f]{2})*$/)
  .transform((hex) => fromHex(hex))
const secret = octets.transform((value) => Secret.of(value))

const sqnArraySchema = (slots: number) =>
  z
    .array(
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(BigInt),
    )
    .length(slots)
    .exactOptional()

const pinSchema = z.strictObject({
  value: secret,
  enabled: z.boolean(),
  retries: z.int().min(0).max(3),
  puk: z.strictObject({ value: secret, retries: z.int().min(0).max(10) }).exactOptional(),
})

const gbaSchema = z
  .strictObject({
    ks: secret,
    rand: octets,
    nafKeys: z.array(
      z.strictObject({
        record: z.int().min(1),
        nafId: octets,
        btid: z.string(),
        ksIntNaf: secret,
      }),
    ),
  })
  .exactOptional()

const memorySchema = (slots: number) =>
  z
    .strictObject({
      version: z.literal(VERSION),
      sqnArrays: z.strictObject({
        card: sqnArraySchema(slots),
        USIM: sqnArraySchema(slots),
        ISIM: sqnArraySchema(slots),
        CSIM: sqnArraySchema(slots),
      }),
      pins: z.strictObject({ pin: pinSchema, pin2: pinSchema, adm1: pinSchema }),
      files: z.record(z.string(), octets),
      gba: z.strictObject({ USIM: gbaSchema, ISIM: gbaSchema, CSIM: gbaSchema }),
    })
    .transform(({ sqnArrays, pins, files, gba }) => ({ sqnArrays, pins, files, gba }))
