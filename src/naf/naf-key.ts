/**
 * The key that credentials have to be made with: from a B-TID over Zn to Ks_ext_NAF, Ks_NAF or Ks_int_NAF,
 * or why there is none. TS 33.220 4.5.3 and 5.3.3
 */
import type { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { parseUssList, type Uss } from '../gba/guss.ts'
import type { ZnAnswer } from '../gba/zn.ts'
import type { Impi } from '../identity/impi.ts'
import type { Clock } from '../ports/clock.ts'
import type { NafSettings } from './options.ts'
import type { KeyUse } from './realm.ts'
import { challenge, type Refusal, refuse } from './refusal.ts'
import type { ZnLookupAnswer } from './zn-lookup.ts'

/** A key of a subscriber, good now. */
export interface NafKey {
  readonly outcome: 'key'
  /** 32 octets. */
  readonly key: Secret
  readonly impi?: Impi
  readonly gbaType: 'GBA_U' | 'GBA_ME'
  /** UTC milliseconds. */
  readonly expiresAtMs: number
  readonly ussList: readonly Uss[]
}

type ZnSuccess = Extract<ZnAnswer, { readonly outcome: 'success' }>

const RETRY_AFTER_SECONDS = 5

/** What an answer of Zn gives for one kind of key. */
export function nafKeyOf(
  answer: ZnLookupAnswer,
  keyUse: KeyUse,
  { settings, clock }: { readonly settings: NafSettings; readonly clock: Clock },
): NafKey | Refusal {
  switch (answer.outcome) {
    case 'success':
      break
    case 'transaction-identifier-invalid':
      return challenge('B-TID: unknown or expired')
    case 'not-authorized':
      return refuse(403, 'the service is not allowed')
    case 'limited':
      return refuse(429, 'too many B-TIDs', answer.retryAfterSeconds)
    case 'unavailable':
      return refuse(503, 'the BSF cannot be asked', RETRY_AFTER_SECONDS)
  }
  if (answer.keyExpiresAtMs <= clock.nowMs()) return challenge('B-TID: unknown or expired')
  const ussList = readUssList(answer)
  if (ussList === undefined) {
    return refuse(503, 'the user security settings cannot be read', RETRY_AFTER_SECONDS)
  }
  return chooseKey({ answer, ussList, keyUse }, settings)
}

function chooseKey(
  found: { readonly answer: ZnSuccess; readonly ussList: readonly Uss[]; readonly keyUse: KeyUse },
  settings: NafSettings,
): NafKey | Refusal {
  const { answer, ussList, keyUse } = found
  const { impi, keyExpiresAtMs: expiresAtMs, meKeyMaterial, uiccKeyMaterial } = answer
  const isUiccBased = ussList.some((uss) => uss.keyChoice === 'UICC_BASED_KEY')
  if (isUiccBased && keyUse === 'ME') {
    const reason = 'the key has to be used in the UICC'
    if (!settings.keyUses.includes('UICC')) return refuse(403, reason)
    return challenge(reason, { keyUses: ['UICC'] })
  }
  const key = keyUse === 'UICC' ? uiccKeyMaterial : meKeyMaterial
  if (key === undefined || (settings.requireGbaU && uiccKeyMaterial === undefined)) {
    return refuse(403, 'a card with GBA_U is needed')
  }
  const gbaType = uiccKeyMaterial === undefined ? 'GBA_ME' : 'GBA_U'
  const of = impi === undefined ? {} : { impi }
  return { outcome: 'key', key, ...of, gbaType, expiresAtMs, ussList }
}

/** @returns `undefined` if nobody can know what the settings demand. */
function readUssList({ ussList }: ZnSuccess): readonly Uss[] | undefined {
  try {
    return ussList === undefined ? [] : parseUssList(ussList)
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
