/**
 * The file form of a card profile: strict, so that a misspelt field is an error, and every message names a
 * field without its value.
 */
import * as z from 'zod'
import { DEFAULT_SQN_POLICY } from '../aka/sqn.ts'
import { type ApplicationName, applicationOfAid, defaultAidOf } from '../apdu/aid.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseImpi } from '../identity/impi.ts'
import { parseImsi } from '../identity/imsi.ts'
import { fromHex } from '../octets/octets.ts'
import { faultOfAtr } from './atr.ts'

/** First field of the file, so that another JSON file is told from a card. */
export const CARD_PROFILE_FORMAT = 'cpns-card'

/** T=0, historical bytes of a UICC; known to satisfy terminals. TS 102 221 6.3 */
export const DEFAULT_ATR = fromHex('3b9f96801fc78031a073be21136743200718000001a5')

const octets = (pattern: RegExp, words: string) =>
  z
    .string()
    .regex(pattern, words)
    .transform((hex) => fromHex(hex))
const secretOctets = (pattern: RegExp, words: string) =>
  octets(pattern, words).transform((value) => Secret.of(value))
const octets16 = secretOctets(/^[0-9a-fA-F]{32}$/, 'not 32 hex digits')
const textLike = (pattern: RegExp, words: string) => z.string().regex(pattern, words)
const bigDecimal = z
  .string()
  .regex(/^\d{1,15}$/, 'not a decimal number')
  .transform(BigInt)

/** A text that one of the identity parsers accepts. */
function checked<T extends string>(parse: (value: string) => T) {
  return z.string().transform((value, context) => {
    try {
      return parse(value)
    } catch (error) {
      const message = error instanceof InvalidMessage ? error.reason : 'not valid'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
  })
}

const milenageSchema = z
  .strictObject({ algorithm: z.literal('milenage'), k: octets16, opc: octets16 })
  .transform(({ algorithm, k, opc }) => ({
    algorithm,
    subscriberKey: k,
    operatorVariant: opc,
  }))

const tuakSchema = z
  .strictObject({
    algorithm: z.literal('tuak'),
    k: secretOctets(/^([0-9a-fA-F]{32}|[0-9a-fA-F]{64})$/, 'not 32 or 64 hex digits'),
    topc: secretOctets(/^[0-9a-fA-F]{64}$/, 'not 64 hex digits'),
    resBits: z.literal([32, 64, 128, 256]).default(64),
    ckBits: z.literal([128, 256]).default(128),
    ikBits: z.literal([128, 256]).default(128),
    iterations: z.int().min(1).max(255).default(1),
  })
  .transform((file) => ({
    algorithm: file.algorithm,
    subscriberKey: file.k,
    operatorVariant: file.topc,
    tuak: {
      macLength: 8,
      resLength: file.resBits / 8,
      ckLength: file.ckBits / 8,
      ikLength: file.ikBits / 8,
      iterations: file.iterations,
    },
  }))

const atrSchema = octets(/^3[bB]([0-9a-fA-F]{2}){1,32}$/, 'not an ATR in hex').superRefine(
  (atr, context) => {
    const message = faultOfAtr(atr)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  },
)

const pinSchema = z.strictObject({
  value: textLike(/^\d{4,8}$/, 'not 4 to 8 digits'),
  puk: textLike(/^\d{8}$/, 'not 8 digits'),
  enabled: z.boolean().default(false),
})

const base = (application: ApplicationName) => ({
  aid: octets(/^([0-9a-fA-F]{2}){12,16}$/, 'not 12 to 16 octets in hex')
    .refine((aid) => applicationOfAid(aid) === application, `not an AID of a ${application}`)
    .default(defaultAidOf(application)),
  label: z.string().min(1).max(32).default(application),
  gba: z.boolean().default(true),
})
const mncLength = z.literal([2, 3])

const usimSchema = z.strictObject({
  ...base('USIM'),
  application: z.literal('USIM'),
  imsi: checked(parseImsi),
  mncLength,
  gsm: z.boolean().default(false),
})

const isimSchema = z.strictObject({
  ...base('ISIM'),
  application: z.literal('ISIM'),
  impi: checked(parseImpi),
  impus: z
    .array(textLike(/^[\x21-\x7e]{1,200}$/, 'not 1 to 200 printable characters'))
    .min(1)
    .max(8),
  domain: checked(parseFqdn),
})

const csimSchema = z
  .strictObject({
    ...base('CSIM'),
    application: z.literal('CSIM'),
    imsi: checked(parseImsi).refine((imsi) => imsi.length === 15, 'not 15 digits'),
    mncLength,
    impi: checked(parseImpi).exactOptional(),
    domain: checked(parseFqdn).exactOptional(),
  })
  .refine(({ impi, domain }) => (impi === undefined) === (domain === undefined), {
    message: 'only with domain',
    path: ['impi'],
  })

/** The whole file; what it gives is a `CardProfile`. */
export const cardProfileSchema = z
  .strictObject({
    format: z.literal(CARD_PROFILE_FORMAT),
    version: z.literal(1),
    iccid: textLike(/^\d{18,20}$/, 'not 18 to 20 digits'),
    atr: atrSchema.default(DEFAULT_ATR),
    authentication: z.discriminatedUnion('algorithm', [milenageSchema, tuakSchema]),
    sqn: z
      .strictObject({
        indLength: z.int().min(0).max(8).default(DEFAULT_SQN_POLICY.indLength),
        delta: bigDecimal
          .refine((delta) => delta > 0n, 'a card that accepts no SQN')
          .default(DEFAULT_SQN_POLICY.delta),
        ageLimit: bigDecimal.exactOptional(),
      })
      .default(DEFAULT_SQN_POLICY),
    pins: z.strictObject({
      pin: pinSchema,
      pin2: pinSchema,
      adm1: secretOctets(/^[0-9a-fA-F]{16}$/, 'not 16 hex digits'),
    }),
    applications: z
      .array(z.discriminatedUnion('application', [usimSchema, isimSchema, csimSchema]))
      .min(1)
      .refine(
        (list) => new Set(list.map(({ application }) => application)).size === list.length,
        'one application twice',
      ),
  })
  .transform(({ iccid, atr, authentication, sqn, pins, applications }) => ({
    iccid,
    atr,
    credentials: authentication,
    sqn,
    pins,
    applications,
  }))
