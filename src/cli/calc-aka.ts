/** What `calc vector` and `calc resync` share: the fields of an algorithm set and its keys. Design 10 */
import { z } from 'zod'
import type { AkaFunctions } from '../aka/aka-functions.ts'
import { computeOpc, createMilenage } from '../aka/milenage.ts'
import { computeTopc, createTuak, DEFAULT_TUAK_PROFILE } from '../aka/tuak.ts'
import type { Secret } from '../crypto/secret.ts'
import { CalcError } from './calc-answer.ts'
import { choiceField, keyField } from './calc-fields.ts'

const ALGORITHM_MESSAGE = 'milenage or tuak expected'

/** Fields of MILENAGE, which is also the default. */
export const MILENAGE_SHAPE = {
  algorithm: z.literal('milenage', ALGORITHM_MESSAGE).default('milenage'),
  k: keyField(16),
  opc: z.exactOptional(keyField(16)),
  op: z.exactOptional(keyField(16)),
}

/** Fields of TUAK. */
export const TUAK_SHAPE = {
  algorithm: z.literal('tuak', ALGORITHM_MESSAGE),
  k: keyField(16, 32),
  topc: z.exactOptional(keyField(32)),
  top: z.exactOptional(keyField(32)),
  iterations: z
    .int('a whole number expected')
    .min(1, '1 to 255 expected')
    .max(255, '1 to 255 expected')
    .default(DEFAULT_TUAK_PROFILE.iterations),
  macBits: choiceField(64, 128, 256).default(64),
  resBits: choiceField(32, 64, 128, 256).default(64),
  ckBits: choiceField(128, 256).default(128),
  ikBits: choiceField(128, 256).default(128),
}

/** Values of the two shapes. */
export type AkaFields =
  | z.output<z.ZodObject<typeof MILENAGE_SHAPE>>
  | z.output<z.ZodObject<typeof TUAK_SHAPE>>

/** Whether the fields ask for TUAK; anything else is read, and if need be refused, as MILENAGE. */
export function isTuak(fields: unknown): boolean {
  return (fields as { readonly algorithm?: unknown }).algorithm === 'tuak'
}

/** f1 to f5* of the fields. @throws {CalcError} Unless the operator's key is given in one form. */
export function functionsOf(fields: AkaFields): AkaFunctions {
  const { k } = fields
  if (fields.algorithm === 'milenage') {
    const made = fields.op && computeOpc({ k, op: fields.op })
    return createMilenage({ k, opc: chooseOne('opc or op', fields.opc, made) })
  }
  const { top, iterations } = fields
  const made = top && computeTopc({ k, top }, iterations)
  const profile = {
    macLength: fields.macBits / 8,
    resLength: fields.resBits / 8,
    ckLength: fields.ckBits / 8,
    ikLength: fields.ikBits / 8,
    iterations,
  }
  return createTuak({ k, topc: chooseOne('topc or top', fields.topc, made) }, profile)
}

function chooseOne(names: string, given: Secret | undefined, made: Secret | undefined): Secret {
  const chosen = given ?? made
  if (chosen === undefined) throw new CalcError('missing-field', `${names}: missing`)
  if (given !== undefined && made !== undefined) {
    throw new CalcError('malformed-field', `${names}: only one of them expected`)
  }
  return chosen
}
