/** `cpns calc resync`: what the home reads in an AUTS. Design 10; TS 33.102 6.3.5 */
import { z } from 'zod'
import { verifyAuts } from '../aka/resynchronize.ts'
import { encodeSqn, SQN_LENGTH } from '../aka/sqn.ts'
import { DEFAULT_TUAK_PROFILE } from '../aka/tuak.ts'
import { toHex } from '../octets/octets.ts'
import { functionsOf, isTuak, MILENAGE_SHAPE, TUAK_SHAPE } from './calc-aka.ts'
import { CalcError, type CalcOutput, type Calculator, parseFields } from './calc-answer.ts'
import { hexField } from './calc-fields.ts'

/** AMF is taken, so that the input of `vector` fits, and ignored: AMF* is 0000. */
const FAILURE = { rand: hexField(16), auts: hexField(), amf: z.exactOptional(hexField(2)) }
const milenage = z.strictObject({ ...MILENAGE_SHAPE, ...FAILURE })
const tuak = z.strictObject({ ...TUAK_SHAPE, ...FAILURE })

/** RAND and AUTS to SQN_MS, if MAC-S is right. */
export const RESYNC_CALCULATOR: Calculator = {
  name: 'resync',
  description: 'SQN_MS of an AUTS, if its MAC-S is right: --algorithm milenage (default) or tuak',
  fieldNames: [...new Set([...Object.keys(milenage.shape), ...Object.keys(tuak.shape)])],
  calculate: calculateResync,
}

function calculateResync(input: unknown): CalcOutput {
  const fields = parseFields(isTuak(input) ? tuak : milenage, input)
  const macLength =
    fields.algorithm === 'tuak' ? fields.macBits / 8 : DEFAULT_TUAK_PROFILE.macLength
  if (fields.auts.length !== SQN_LENGTH + macLength) {
    const expected = `hex of ${SQN_LENGTH + macLength} octets expected`
    throw new CalcError('malformed-field', `auts: ${expected}`)
  }
  const verdict = verifyAuts(functionsOf(fields), fields)
  if (!verdict.valid) return { valid: false }
  return { valid: true, sqnMs: toHex(encodeSqn(verdict.sqnMs)) }
}
