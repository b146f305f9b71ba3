/** Between the words of the Zh port and the values of MAR and MAA. TS 29.109 4.2, 6.2, TS 29.229 6.3 */

import { Secret } from '../../crypto/secret.ts'
import { DiameterFailure } from '../../diameter/base/diameter-failure.ts'
import { experimentalResult, isExperimentalResult } from '../../diameter/base/gaa-result.ts'
import { RESULT_CODE } from '../../diameter/base/result-code.ts'
import {
  DIGEST_AKAV1_MD5,
  failedAuthData,
  type MultimediaAuthAnswer,
  type MultimediaAuthRequest,
  type SipAuthDataItem,
  unnamedUser,
} from '../../diameter/zh/multimedia-auth.ts'
import { InvalidMessage } from '../../errors/errors.ts'
import type { ZhAnswer, ZhRequest } from '../../gba/zh.ts'
import { impiOfImpu, parseImpi } from '../../identity/impi.ts'
import { concatOctets } from '../../octets/octets.ts'

const RAND_OCTETS = 16
const AUTN_OCTETS = 16
const AUTS_OCTETS = 14
const XRES_OCTETS = { min: 4, max: 16 } as const

/** What is Zh's own in a MAR. */
export type ZhRequestValues = Pick<
  MultimediaAuthRequest,
  'userName' | 'publicIdentity' | 'authDataItem'
>
/** What is Zh's own in a MAA. */
export type ZhAnswerValues = Pick<
  MultimediaAuthAnswer,
  'resultCode' | 'experimentalResult' | 'userName' | 'authDataItem' | 'guss'
>

/** MAR: IMPI as User-Name; for a resynchronisation RAND ‖ AUTS as SIP-Authorization. TS 29.109 4.2 */
export function writeZhRequest({ impi, resynchronization }: ZhRequest): ZhRequestValues {
  const authorization =
    resynchronization && Secret.of(concatOctets(resynchronization.rand, resynchronization.auts))
  const authDataItem = {
    authenticationScheme: DIGEST_AKAV1_MD5,
    ...(authorization && { authorization }),
  }
  return { userName: impi, authDataItem }
}

/**
 * The user is who User-Name says; where it is absent, whom Public-Identity stands for.
 *
 * @throws {DiameterFailure} 5005 if there is neither, 5004 if the scheme is another or SIP-Authorization has no
 *   30 octets. An identity that can be no subscriber's is not known: `undefined`.
 */
export function readZhRequest(values: ZhRequestValues): ZhRequest | undefined {
  const { userName, publicIdentity, authDataItem } = values
  if (userName === undefined && publicIdentity === undefined) throw unnamedUser()
  const { authenticationScheme = DIGEST_AKAV1_MD5, authorization } = authDataItem ?? {}
  if (authenticationScheme !== DIGEST_AKAV1_MD5) {
    const what = { reason: 'not Digest-AKAv1-MD5', field: 'SIP-Authentication-Scheme' }
    throw wrong(what, { authenticationScheme })
  }
  const impi =
    userName === undefined
      ? impiOfImpu(publicIdentity ?? '')
      : orUndefined(() => parseImpi(userName))
  if (impi === undefined) return undefined
  if (authorization === undefined) return { impi }
  const octets = authorization.reveal()
  if (octets.length !== RAND_OCTETS + AUTS_OCTETS) {
    const what = { reason: 'not RAND and AUTS', field: 'SIP-Authorization' }
    throw wrong(what, { authorization })
  }
  const rand = octets.subarray(0, RAND_OCTETS)
  return { impi, resynchronization: { rand, auts: octets.subarray(RAND_OCTETS) } }
}

/**
 * MAA. AUTS that does not verify is 5012, as an IMS-bred HSS has it; an HSS that cannot answer now is
 * `DIAMETER_TOO_BUSY`, so that a BSF with another HSS asks that one. TS 29.109 4.2, RFC 6733 7.1.3
 */
export function writeZhAnswer(answer: ZhAnswer): ZhAnswerValues {
  switch (answer.outcome) {
    case 'success':
      return {
        resultCode: RESULT_CODE.DIAMETER_SUCCESS,
        userName: answer.impi,
        authDataItem: writeVector(answer.vector),
        ...(answer.guss === undefined ? {} : { guss: answer.guss }),
      }
    case 'identity-unknown':
      return { experimentalResult: experimentalResult('DIAMETER_ERROR_IDENTITY_UNKNOWN') }
    case 'resynchronization-refused':
      return { resultCode: RESULT_CODE.DIAMETER_UNABLE_TO_COMPLY }
    case 'unavailable':
      break
  }
  return { resultCode: RESULT_CODE.DIAMETER_TOO_BUSY }
}

type Vector = Extract<ZhAnswer, { readonly outcome: 'success' }>['vector']

function writeVector({ rand, autn, xres, ck, ik }: Vector): SipAuthDataItem {
  return {
    authenticationScheme: DIGEST_AKAV1_MD5,
    authenticate: concatOctets(rand, autn),
    authorization: xres,
    confidentialityKey: ck,
    integrityKey: ik,
  }
}

/**
 * Everything that is no answer of TS 29.109 is `unavailable`. An IMS-bred HSS says 5001 for 5401.
 *
 * @param request What was asked: 5012 refuses a resynchronisation only where there was one.
 */
export function readZhAnswer(values: ZhAnswerValues, request: ZhRequest): ZhAnswer {
  const { resultCode, experimentalResult: result } = values
  if (resultCode === RESULT_CODE.DIAMETER_SUCCESS) return readSuccess(values, request)
  if (
    isExperimentalResult(result, 'DIAMETER_ERROR_IDENTITY_UNKNOWN') ||
    isExperimentalResult(result, 'DIAMETER_ERROR_USER_UNKNOWN')
  ) {
    return { outcome: 'identity-unknown' }
  }
  const isRefusal = resultCode === RESULT_CODE.DIAMETER_UNABLE_TO_COMPLY
  if (isRefusal && request.resynchronization) return { outcome: 'resynchronization-refused' }
  return { outcome: 'unavailable' }
}

/** A vector that lacks a part, or one of another subscriber, is no vector. */
function readSuccess(
  { userName, authDataItem, guss }: ZhAnswerValues,
  { impi }: ZhRequest,
): ZhAnswer {
  const { authenticate, authorization, confidentialityKey, integrityKey } = authDataItem ?? {}
  if (
    authenticate === undefined ||
    authorization === undefined ||
    confidentialityKey === undefined ||
    integrityKey === undefined ||
    authenticate.length !== RAND_OCTETS + AUTN_OCTETS ||
    authorization.length < XRES_OCTETS.min ||
    authorization.length > XRES_OCTETS.max ||
    (userName ?? impi) !== impi
  ) {
    return { outcome: 'unavailable' }
  }
  const vector = {
    rand: authenticate.subarray(0, RAND_OCTETS),
    autn: authenticate.subarray(RAND_OCTETS),
    xres: authorization,
    ck: confidentialityKey,
    ik: integrityKey,
  }
  return { outcome: 'success', impi, vector, ...(guss && { guss }) }
}

function orUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

/** 5004 has to have its Failed-AVP. RFC 6733 7.1.5 */
function wrong(
  what: { readonly reason: string; readonly field: string },
  part: SipAuthDataItem,
): DiameterFailure {
  const failedAvp = failedAuthData(part)
  return new DiameterFailure('DIAMETER_INVALID_AVP_VALUE', what, failedAvp && { failedAvp })
}
