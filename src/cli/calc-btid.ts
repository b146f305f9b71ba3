/** `cpns calc btid`: the B-TID of a bootstrapping run. Design 10; TS 33.220 4.5.2 */
import { z } from 'zod'
import { formatBtid } from '../identity/btid.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { type CalcOutput, type Calculator, parseFields } from './calc-answer.ts'
import { hexField, textField } from './calc-fields.ts'

const schema = z.strictObject({
  rand: hexField(16),
  bsf: textField().refine(isFqdn, 'domain name expected'),
})

/** RAND and BSF name to B-TID; the name is not folded to lower case here. */
export const BTID_CALCULATOR: Calculator = {
  name: 'btid',
  description: 'B-TID of a RAND and a BSF name',
  fieldNames: Object.keys(schema.shape),
  calculate: calculateBtid,
}

function calculateBtid(input: unknown): CalcOutput {
  const { rand, bsf } = parseFields(schema, input)
  return { btid: formatBtid({ rand, bsfName: bsf as Fqdn }) }
}

function isFqdn(text: string): boolean {
  try {
    parseFqdn(text)
    return true
  } catch {
    return false
  }
}
