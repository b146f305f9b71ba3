/** `cpns calc vector`: an authentication vector and what went into it. Design 10; TS 33.102 6.3.2 */
import { z } from 'zod'
import { generateVector } from '../aka/generate-vector.ts'
import { decodeSqn } from '../aka/sqn.ts'
import { toHex } from '../octets/octets.ts'
import { functionsOf, isTuak, MILENAGE_SHAPE, TUAK_SHAPE } from './calc-aka.ts'
import { type CalcOutput, type Calculator, parseFields } from './calc-answer.ts'
import { hexField } from './calc-fields.ts'

const CHALLENGE = { rand: hexField(16), sqn: hexField(6), amf: hexField(2) }
const milenage = z.strictObject({ ...MILENAGE_SHAPE, ...CHALLENGE })
const tuak = z.strictObject({ ...TUAK_SHAPE, ...CHALLENGE })

/** RAND, SQN and AMF to AUTN, XRES, CK, IK, and AK, MAC, AK* and MAC* of the same SQN and AMF. */
export const VECTOR_CALCULATOR: Calculator = {
  name: 'vector',
  description: 'authentication vector of MILENAGE (default) or TUAK: --algorithm milenage or tuak',
  fieldNames: [...new Set([...Object.keys(milenage.shape), ...Object.keys(tuak.shape)])],
  calculate: calculateVector,
}

function calculateVector(input: unknown): CalcOutput {
  const fields = parseFields(isTuak(input) ? tuak : milenage, input)
  const functions = functionsOf(fields)
  const challenge = { rand: fields.rand, sqn: decodeSqn(fields.sqn), amf: fields.amf }
  const { vector, ak, macA } = generateVector(functions, challenge)
  return {
    rand: toHex(vector.rand),
    autn: toHex(vector.autn),
    xres: toHex(vector.xres.reveal()),
    ck: toHex(vector.ck.reveal()),
    ik: toHex(vector.ik.reveal()),
    ak: toHex(ak),
    mac: toHex(macA),
    akStar: toHex(functions.f5Star(challenge.rand)),
    macStar: toHex(functions.f1Star(challenge)),
  }
}
