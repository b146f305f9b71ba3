/** Values of `Status` in CPNS answers. M-6 */

/** Every value, with its meaning. A failure never says which of two secrets was wrong. M-6 */
export const STATUS_MEANINGS = {
  200: 'ok',
  202: 'accepted',
  400: 'malformed',
  401: 'authentication failed',
  402: 'no usable EUKey here',
  403: 'forbidden',
  404: 'unknown',
  408: 'timeout',
  409: 'conflict',
  410: 'session or message ended',
  413: 'too large',
  421: 'credential type not accepted',
  426: 'algorithm not accepted',
  429: 'too many attempts',
  500: 'internal error',
  503: 'busy',
} as const

/** One of them. */
export type Status = keyof typeof STATUS_MEANINGS

/** Whether a number is a status of M-6. */
export function isStatus(value: number): value is Status {
  return Object.hasOwn(STATUS_MEANINGS, value)
}
