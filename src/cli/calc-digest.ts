/** `cpns calc digest`: response and rspauth of HTTP Digest. Design 10; RFC 7616 3.4, RFC 3310 3.3 */
import { z } from 'zod'
import {
  computeDigestResponse,
  computeRspauth,
  DIGEST_ALGORITHMS,
  findDigestAlgorithm,
} from '../http-digest/digest.ts'
import { CalcError, type CalcOutput, type Calculator, parseFields } from './calc-answer.ts'
import { hexField, keyField, textField } from './calc-fields.ts'

const ALGORITHM_NAMES = DIGEST_ALGORITHMS.join(', ')

const schema = z.strictObject({
  username: textField(),
  realm: textField(),
  nonce: textField(),
  uri: textField(),
  method: textField(),
  qop: z.exactOptional(z.literal(['auth', 'auth-int'], 'auth or auth-int expected')),
  nc: z.exactOptional(textField().regex(/^[0-9a-fA-F]{8}$/, '8 hex digits expected')),
  cnonce: z.exactOptional(textField()),
  body: hexField().default(new Uint8Array(0)),
  responseBody: z.exactOptional(hexField()),
  password: keyField(),
  algorithm: textField()
    .transform(findDigestAlgorithm)
    .pipe(z.enum(DIGEST_ALGORITHMS, `one of ${ALGORITHM_NAMES} expected`))
    .default('MD5'),
})

/** The response always, and rspauth when there is a response body, even an empty one. */
export const DIGEST_CALCULATOR: Calculator = {
  name: 'digest',
  description: `HTTP Digest with octets as password: --algorithm ${ALGORITHM_NAMES} (default MD5)`,
  fieldNames: Object.keys(schema.shape),
  calculate: calculateDigest,
}

function calculateDigest(fields: unknown): CalcOutput {
  const { responseBody, ...input } = parseFields(schema, fields)
  const session = input.algorithm.endsWith('-sess')
  if (input.qop !== undefined && input.nc === undefined) throw missing('nc')
  if ((input.qop !== undefined || session) && input.cnonce === undefined) throw missing('cnonce')
  const response = computeDigestResponse(input)
  if (responseBody === undefined) return { response }
  return { response, rspauth: computeRspauth({ ...input, body: responseBody }) }
}

function missing(field: string): CalcError {
  return new CalcError('missing-field', `${field}: missing`)
}
