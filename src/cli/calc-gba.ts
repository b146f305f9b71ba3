/**
 * `cpns calc gba`: the keys of GBA and what GBA_U changes. Design 10; TS 33.220 5.3.2, B.3
 *
 * Names enter the derivation as they are given: nothing is folded, so that any two programs that
 * differ in that can be compared.
 */
import { z } from 'zod'
import type { Secret } from '../crypto/secret.ts'
import { computeAutnStar, computeMacStar, flipResLsb } from '../gba/gba-u.ts'
import { deriveKsExtNaf, deriveKsIntNaf, deriveKsNaf, ksOf } from '../gba/ks-naf.ts'
import { concatOctets, toHex, utf8 } from '../octets/octets.ts'
import { CalcError, type CalcOutput, type Calculator, parseFields } from './calc-answer.ts'
import { hexField, keyField, textField } from './calc-fields.ts'

/** L of a parameter has two octets; NAF_Id ends in the five of the Ua id. TS 33.220 B.2 */
const LONGEST_PARAMETER = 0xffff
const UA_ID_LENGTH = 5
const MAC_OFFSET = 8
const XRES_LENGTHS = Array.from({ length: 29 }, (_, n) => n + 4)

const schema = z.strictObject({
  ck: z.exactOptional(keyField(16)),
  ik: z.exactOptional(keyField(16)),
  rand: z.exactOptional(hexField(16)),
  impi: z.exactOptional(textField(LONGEST_PARAMETER)),
  nafFqdn: z.exactOptional(textField(LONGEST_PARAMETER - UA_ID_LENGTH)),
  uaId: z.exactOptional(hexField(UA_ID_LENGTH)),
  autn: z.exactOptional(hexField(16)),
  xres: z.exactOptional(keyField(...XRES_LENGTHS)),
})

type GbaFields = z.output<typeof schema>

/** Each output is there if the inputs it needs are. */
export const GBA_CALCULATOR: Calculator = {
  name: 'gba',
  description:
    'Ks of ck and ik; NAF keys with rand, impi, naf-fqdn and ua-id; MAC* and AUTN* of ik and autn; XRES of GBA_U',
  fieldNames: Object.keys(schema.shape),
  calculate: calculateGba,
}

function calculateGba(input: unknown): CalcOutput {
  const fields = parseFields(schema, input)
  const { ck, ik, autn, xres } = fields
  const output = {
    ...(ck && ik ? keysOf(ksOf({ ck, ik }), fields) : {}),
    ...(ik && autn ? starsOf(ik, autn) : {}),
    ...(xres ? { xresGbaU: shown(flipResLsb(xres)) } : {}),
  }
  if (Object.keys(output).length > 0) return output
  throw new CalcError('missing-field', 'ck and ik, or ik and autn, or xres: missing')
}

/** Ks, and the NAF keys if all is there that they are bound to. */
function keysOf(ks: Secret, { rand, impi, nafFqdn, uaId }: GbaFields): CalcOutput {
  if (!rand || impi === undefined || nafFqdn === undefined || !uaId) return { ks: shown(ks) }
  const binding = { rand, impi, nafId: concatOctets(utf8(nafFqdn), uaId) }
  return {
    ks: shown(ks),
    ksNaf: shown(deriveKsNaf(ks, binding)),
    ksExtNaf: shown(deriveKsExtNaf(ks, binding)),
    ksIntNaf: shown(deriveKsIntNaf(ks, binding)),
  }
}

function starsOf(ik: Secret, autn: Uint8Array): CalcOutput {
  return {
    macStar: toHex(computeMacStar(autn.subarray(MAC_OFFSET), ik)),
    autnStar: toHex(computeAutnStar(autn, ik)),
  }
}

function shown(secret: Secret): string {
  return toHex(secret.reveal())
}
