/** Between the words of the Zn port and the values of BIR and BIA. TS 29.109 5.2, 6.2, 6.3 */
import { experimentalResult, isExperimentalResult } from '../../diameter/base/gaa-result.ts'
import { RESULT_CODE } from '../../diameter/base/result-code.ts'
import type {
  BootstrappingInfoAnswer,
  BootstrappingInfoRequest,
} from '../../diameter/zn/bootstrapping-info.ts'
import { InvalidMessage } from '../../errors/errors.ts'
import type { ZnAnswer, ZnRequest } from '../../gba/zn.ts'
import { parseBtid } from '../../identity/btid.ts'
import { parseImpi } from '../../identity/impi.ts'

/** What is Zn's own in a BIR. */
export type ZnRequestValues = Pick<
  BootstrappingInfoRequest,
  'gsids' | 'transactionIdentifier' | 'nafId' | 'gbaUAwareness'
>
/** What is Zn's own in a BIA. */
export type ZnAnswerValues = Pick<
  BootstrappingInfoAnswer,
  | 'resultCode'
  | 'experimentalResult'
  | 'userName'
  | 'meKeyMaterial'
  | 'uiccKeyMaterial'
  | 'keyExpiryTime'
  | 'bootstrapInfoCreationTime'
  | 'ussList'
  | 'gbaType'
>

/** BIR. TS 29.109 5.2 @throws {RangeError} If there are more GSIDs than a message takes. */
export function writeZnRequest({ btid, nafId, gsids, gbaUAware }: ZnRequest): ZnRequestValues {
  const gbaUAwareness = gbaUAware ? 'YES' : 'NO'
  return { gsids, transactionIdentifier: btid, nafId, gbaUAwareness }
}

/** A B-TID that can be none is not known: `undefined`, which is answered with 5403. TS 29.109 5.2 */
export function readZnRequest(values: ZnRequestValues): ZnRequest | undefined {
  const { gsids, transactionIdentifier, nafId, gbaUAwareness } = values
  try {
    const btid = parseBtid(transactionIdentifier)
    return { btid, nafId, gsids, gbaUAware: gbaUAwareness === 'YES' }
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

/**
 * BIA. GBA-Type is left out: its default, 3G, is what this BSF does. A BSF that cannot answer now is
 * `DIAMETER_TOO_BUSY`, so that a NAF with another BSF node asks that one. TS 29.109 5.2, RFC 6733 7.1.3
 */
export function writeZnAnswer(answer: ZnAnswer): ZnAnswerValues {
  switch (answer.outcome) {
    case 'success':
      return {
        resultCode: RESULT_CODE.DIAMETER_SUCCESS,
        ...(answer.impi === undefined ? {} : { userName: answer.impi }),
        meKeyMaterial: answer.meKeyMaterial,
        ...(answer.uiccKeyMaterial && { uiccKeyMaterial: answer.uiccKeyMaterial }),
        keyExpiryTime: answer.keyExpiresAtMs,
        bootstrapInfoCreationTime: answer.bootstrappedAtMs,
        ...(answer.ussList === undefined ? {} : { ussList: answer.ussList }),
      }
    case 'not-authorized':
      return { experimentalResult: experimentalResult('DIAMETER_ERROR_NOT_AUTHORIZED') }
    case 'transaction-identifier-invalid': {
      const name = 'DIAMETER_ERROR_TRANSACTION_IDENTIFIER_INVALID'
      return { experimentalResult: experimentalResult(name) }
    }
    case 'unavailable':
      break
  }
  return { resultCode: RESULT_CODE.DIAMETER_TOO_BUSY }
}

/**
 * Everything that is no answer of TS 29.109 is `unavailable`.
 *
 * @param nowMs Stands for BootstrapInfoCreationTime, which another BSF may leave out; UTC milliseconds.
 */
export function readZnAnswer(values: ZnAnswerValues, nowMs: number): ZnAnswer {
  const { resultCode, experimentalResult: result } = values
  if (resultCode === RESULT_CODE.DIAMETER_SUCCESS) return readSuccess(values, nowMs)
  if (isExperimentalResult(result, 'DIAMETER_ERROR_NOT_AUTHORIZED')) {
    return { outcome: 'not-authorized' }
  }
  if (isExperimentalResult(result, 'DIAMETER_ERROR_TRANSACTION_IDENTIFIER_INVALID')) {
    return { outcome: 'transaction-identifier-invalid' }
  }
  return { outcome: 'unavailable' }
}

/**
 * Keys without an end are no keys; without an owner they may be, if the BSF tells nobody's name. Those of 2G GBA
 * and GBA_Digest are not good enough: docs/explanation/decisions/0054-only-gba-with-a-3g-card.md
 */
function readSuccess(values: ZnAnswerValues, nowMs: number): ZnAnswer {
  const { userName, meKeyMaterial, uiccKeyMaterial, keyExpiryTime, ussList } = values
  if (meKeyMaterial === undefined || keyExpiryTime === undefined) {
    return { outcome: 'unavailable' }
  }
  if (values.gbaType !== undefined && values.gbaType !== '3G_GBA') {
    return { outcome: 'not-authorized' }
  }
  try {
    return {
      outcome: 'success',
      ...(userName === undefined ? {} : { impi: parseImpi(userName) }),
      meKeyMaterial,
      ...(uiccKeyMaterial && { uiccKeyMaterial }),
      keyExpiresAtMs: keyExpiryTime,
      bootstrappedAtMs: values.bootstrapInfoCreationTime ?? Math.floor(nowMs / 1000) * 1000,
      ...(ussList && { ussList }),
    }
  } catch (error) {
    if (error instanceof InvalidMessage) return { outcome: 'unavailable' }
    throw error
  }
}
