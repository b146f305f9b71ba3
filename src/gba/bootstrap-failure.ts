/** Why a bootstrapping run gave no keys, as an error for whoever needed them. TS 33.220 4.5.2 */
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import type { BootstrapFailure } from './ub-client.ts'

/**
 * The error that names the check that failed.
 *
 * @returns `TransportFailed` for a BSF that may answer otherwise soon (5xx, 408, 429); for everything else,
 *   which stays as it is, `AuthenticationFailed`.
 */
export function bootstrapError(failure: BootstrapFailure): AuthenticationFailed | TransportFailed {
  const isPassing = failure.outcome === 'refused' && isPassingStatus(failure.status)
  const sentence = sentenceOf(failure)
  return isPassing ? new TransportFailed(sentence) : new AuthenticationFailed(sentence)
}

/** In trouble, too slow, or too many of this address: nothing that it says of the card. RFC 6585 4 */
function isPassingStatus(status: number): boolean {
  return status >= 500 || status === 408 || status === 429
}

function sentenceOf(failure: BootstrapFailure): string {
  switch (failure.outcome) {
    case 'refused':
      return `the BSF refused with status ${failure.status}${failure.reason === undefined ? '' : ` (${failure.reason})`}`
    case 'name-mismatch':
      return `the ${failure.field} of the BSF is not the one that belongs to its name`
    case 'protocol-error':
      return `the BSF sent no valid answer: ${failure.reason}`
    case 'mac-failure':
    case 'sync-failure-repeated':
    case 'server-not-authenticated':
      break
  }
  return SENTENCES[failure.outcome]
}

const SENTENCES = {
  'mac-failure':
    'the card refused the challenge: AUTN has a wrong MAC (98 62). The HSS has other keys than the card, or takes it for one that does GBA itself (GBA_U) where it does not, or the other way round',
  'sync-failure-repeated':
    'the card refused the sequence number twice: resynchronisation did not help',
  'server-not-authenticated':
    'the BSF did not prove that it knows XRES: rspauth is wrong or missing',
} as const
