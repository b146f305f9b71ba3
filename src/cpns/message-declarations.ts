/**
 * The messages of CPNS, each declared once. Design 6, table of messages; its type, encoder and decoder
 * follow from the declaration (`messages.ts`), and `cpns.xsd` says the same as a schema.
 *
 * Chosen where the design is silent: Nonce 16 octets; lifetimes of sessions at most a year, of assigned
 * EUKeys ten; the items of PnRegistration.
 */
import { KEY_TYPES } from './key-type.ts'
import {
  child,
  content,
  defaulted,
  group,
  optional,
  optionalChild,
  required,
} from './message-rules.ts'
import * as values from './value-codecs.ts'

/** Longest `State` in octets: leaves room for all else in a message of 4 KiB. */
export const MAX_STATE_OCTETS = 2048
/** Longest password of 256 characters in UTF-8, and the tag of AES-256-GCM. M-7 */
export const MAX_SEALED_PASSWORD_OCTETS = 1040
/** Longest life of a message in seconds: 7 days. Design 8 */
export const MAX_EXPIRES_SECONDS = 604_800
/** Longest life of a session in seconds: a year. */
export const MAX_SESSION_SECONDS = 31_536_000

const YEAR_SECONDS = MAX_SESSION_SECONDS
const DAY_SECONDS = 86_400

/** Names an exchange or a message. */
export const identifier = values.text({ min: 1, max: 64 })
const remark = values.text({ min: 1, max: 256 })
const rand = values.octets({ min: 16, max: 16 })
const hash = values.octets({ min: 20, max: 32 })
const nonce = values.octets({ min: 16, max: 16 })
const proof = values.octets({ min: 32, max: 32 })
const iv = values.octets({ min: 12, max: 12 })
/** A password of at most 256 characters and the tag. M-7 */
const sealedPassword = values.octets({ min: 17, max: MAX_SEALED_PASSWORD_OCTETS })
/** A 32-octet EUKey and the 16-octet tag of AES-256-GCM. M-5 */
const wrappedEuKey = values.octets({ min: 48, max: 48 })
const sealedState = values.octets({ min: 1, max: MAX_STATE_OCTETS })
/** Life of a message in seconds. Design 8 */
export const expires = values.integer({ min: 1, max: MAX_EXPIRES_SECONDS })
const sessionId = values.matching(/^[0-9a-f]{32}$/, '32 lower-case hex digits')
const pairingCode = values.matching(/^[0-9A-Z-]{1,32}$/, 'a code')
const algorithm = values.matching(/^[A-Za-z0-9.-]{1,32}$/, 'the name of an algorithm')
const algorithms = values.list(algorithm, { min: 1, max: 8 })
const keyType = values.oneOf(KEY_TYPES)
/** Type of a payload. RFC 9110 8.3.1 */
export const mediaType = values.matching(
  /^(?=.{3,255}$)[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: ?;[ -~]*)?$/,
  'a media type',
)

/** Common items. `TransactionID` is the same in all messages of an exchange; `EntityID` is the sender. */
const common = {
  transactionId: required('TransactionID', identifier),
  entityId: required('EntityID', values.entityId),
}

/** Cost of the password's key. The limits here are of the format; M-5 says what a client accepts. */
const kdf = group('KDF', {
  kdf: required('KDF', values.oneOf(['scrypt'])),
  salt: required('Salt', values.octets({ min: 16, max: 16 })),
  n: required('N', values.integer({ min: 2, max: 1_048_576 })),
  r: required('r', values.integer({ min: 1, max: 64 })),
  p: required('p', values.integer({ min: 1, max: 64 })),
})

/** The rules of each message under the name of its root element. */
export const MESSAGES = {
  ConnectRequest: {
    ...common,
    randomClient: required('RAND', rand),
    role: required('Role', values.oneOf(['pn-gw', 'pne'])),
    via: optional('Via', values.entityId),
    btid: optional('BTID', values.btid),
    keyType: optional('KeyType', keyType),
    algorithms: defaulted('Algorithms', algorithms, ['HMAC-SHA-256']),
  },
  AuthenticateRequest: {
    ...common,
    authReqData: child('AuthReqData', {
      randomServer: required('RAND', rand),
      algorithm: required('Algorithm', algorithm),
      sessionLifetime: required('SessionLifetime', values.integer({ min: 1, max: YEAR_SECONDS })),
      kdf,
      state: required('State', sealedState),
    }),
  },
  AuthenticateResponse: {
    ...common,
    authResData: child('AuthResData', {
      hash: required('HASH', hash),
      state: required('State', sealedState),
    }),
  },
  ConnectResponse: {
    ...common,
    status: required('Status', values.status),
    hash: optional('HASH', hash),
    bsf: optional('BSF', values.fqdn),
    naf: optional('NAF', values.fqdn),
    uaId: optional('UaID', values.uaId),
    keyType: optional('KeyType', keyType),
    retryAfter: optional('RetryAfter', values.integer({ min: 0, max: DAY_SECONDS })),
  },
  EUKeyAssignmentRequest: {
    ...common,
    userId: required('UserID', values.userId),
    randomClient: required('RAND', rand),
    algorithms: defaulted('Algorithms', algorithms, ['HMAC-SHA-256']),
    nonce: optional('Nonce', nonce),
  },
  EUKeyAssignmentResponse: {
    ...common,
    status: required('Status', values.status),
    hash: optional('HASH', hash),
    retryAfter: optional('RetryAfter', values.integer({ min: 0, max: DAY_SECONDS })),
    encryptedEuKey: optionalChild('EncryptedEUKey', {
      algorithm: required('Algorithm', values.oneOf(['AES-256-GCM'])),
      keyId: required('KeyID', identifier),
      lifetime: required('Lifetime', values.integer({ min: 1, max: 10 * YEAR_SECONDS })),
      iv: required('IV', iv),
      wrapped: content(wrappedEuKey),
    }),
  },
  UserInfoRegistration: {
    ...common,
    pne: required('PNE', values.entityId),
    userId: optional('UserID', values.userId),
    code: optional('Code', pairingCode),
  },
  UserInfoInstallation: {
    ...common,
    pne: required('PNE', values.entityId),
    userId: required('UserID', values.userId),
    triggerKey: required('TriggerKey', values.secretOctets(32)),
  },
  EUKeyAssignmentTrigger: {
    ...common,
    pne: required('PNE', values.entityId),
    gw: required('GW', values.entityId),
    nonce: required('Nonce', nonce),
    proof: required('Proof', proof),
    encryptedPassword: optionalChild('EncryptedPassword', {
      algorithm: required('Algorithm', values.oneOf(['AES-256-GCM'])),
      iv: required('IV', iv),
      sealed: content(sealedPassword),
    }),
  },
  PneStatus: {
    ...common,
    pne: required('PNE', values.entityId),
    sessionId: required('SessionID', sessionId),
    state: required('State', values.oneOf(['admitted', 'ended'])),
    secondsLeft: required('SecondsLeft', values.integer({ min: 0, max: YEAR_SECONDS })),
  },
  PnRegistration: {
    ...common,
    pnId: optional('PNID', values.address),
    alias: optional('Alias', identifier),
    members: required('Members', values.list(values.entityId, { min: 0, max: 64 })),
    lifetime: required('Lifetime', values.integer({ min: 0, max: YEAR_SECONDS })),
  },
  PnRegistrationResult: {
    ...common,
    status: required('Status', values.status),
    pnId: optional('PNID', values.address),
    members: optional('Members', values.list(values.entityId, { min: 0, max: 64 })),
    lifetime: optional('Lifetime', values.integer({ min: 0, max: YEAR_SECONDS })),
  },
  Message: {
    ...common,
    messageId: required('MessageID', identifier),
    from: required('From', values.address),
    to: required('To', values.address),
    contentType: required('ContentType', mediaType),
    expires: required('Expires', expires),
  },
  MessageResult: {
    ...common,
    messageId: required('MessageID', identifier),
    from: required('From', values.address),
    status: required('Status', values.status),
    retryAfter: optional('RetryAfter', values.integer({ min: 0, max: DAY_SECONDS })),
  },
  Disconnect: {
    ...common,
    reason: optional('Reason', remark),
  },
  Error: {
    ...common,
    transactionId: optional('TransactionID', identifier),
    status: required('Status', values.status),
    detail: required('Detail', remark),
  },
}
