/** Messages for tests: generated ones of every kind within all limits, one example of each, the schema. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { XmlDocument, XmlLibError, XsdValidator } from 'libxml2-wasm'
import { Secret } from '../crypto/secret.ts'
import { formatBtid } from '../identity/btid.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseUaId } from '../identity/naf-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { KEY_TYPES } from './key-type.ts'
import type { CpnsMessage, MessageName } from './messages.ts'
import { STATUS_MEANINGS, type Status } from './status.ts'

const codePoint = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
    fc.integer({ min: 0xa0, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0xfffd }),
    fc.integer({ min: 0x10000, max: 0x1f6ff }),
  )
  .map((code) => String.fromCodePoint(code))
const text = (maxLength: number) => fc.string({ unit: codePoint, minLength: 1, maxLength })
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const uriCharacter = fc.constantFrom(...Array.from("abcXYZ019:/?#[]@!$&'()*+,;=-._~%é"))

const entityId = fc
  .tuple(
    fc.constantFrom('urn:uuid:', 'imei:', 'mac:', 'x-y.z+1:'),
    fc.string({ unit: uriCharacter, minLength: 1, maxLength: 40 }),
  )
  .map(([scheme, rest]) => parseEntityId(scheme + rest))
const fqdn = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/), { minLength: 1, maxLength: 4 })
  .map((labels) => parseFqdn(labels.join('.')))
const btid = fc.record({ rand: octets(16), bsfName: fqdn }).map(formatBtid)
const userId = text(64)
  .map((name) => name.normalize('NFC'))
  .filter((name) => Array.from(name).length <= 128)
  .map((name) => parseUserId(name))
const uaId = octets(5).map((id) => parseUaId(Buffer.from(id).toString('hex')))
const keyType = fc.constantFrom(...KEY_TYPES)
const algorithm = fc.oneof(
  fc.constantFrom('HMAC-SHA-256', 'SHA-1'),
  fc.stringMatching(/^[A-Za-z0-9.-]{1,32}$/),
)
const algorithms = fc.uniqueArray(algorithm, { minLength: 1, maxLength: 8 })
const hash = fc.oneof(octets(20), octets(32))
const sealedState = fc.uint8Array({ minLength: 1, maxLength: 2048 })
const sessionId = octets(16).map((id) => Buffer.from(id).toString('hex'))
const upTo = (max: number, min = 0) => fc.integer({ min, max })
const YEAR = 31_536_000
const statuses = Object.keys(STATUS_MEANINGS).map((status) => Number(status) as Status)
const status = fc.constantFrom(...statuses)
const refusal = fc.constantFrom(...statuses.filter((one) => one !== 200))
const success = fc.constant(200 as const)

const common = { transactionId: text(64), entityId }

type Arbitraries = Readonly<Record<string, fc.Arbitrary<unknown>>>

/** A record some of whose keys may be absent. */
const record = (
  required: Arbitraries,
  optional: Arbitraries = {},
): fc.Arbitrary<Record<string, unknown>> =>
  fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) })

const kdf = fc.record({
  kdf: fc.constant('scrypt'),
  salt: octets(16),
  n: upTo(1_048_576, 2),
  r: upTo(64, 1),
  p: upTo(64, 1),
})
const authReqData = record(
  { randomServer: octets(16), algorithm, sessionLifetime: upTo(YEAR, 1), state: sealedState },
  { kdf },
)
const encryptedEuKey = fc.record({
  algorithm: fc.constant('AES-256-GCM'),
  keyId: text(64),
  lifetime: upTo(10 * YEAR, 1),
  iv: octets(12),
  wrapped: octets(48),
})
const encryptedPassword = fc.record({
  algorithm: fc.constant('AES-256-GCM'),
  iv: octets(12),
  sealed: fc.uint8Array({ minLength: 17, maxLength: 1040 }),
})
const retryAfter = upTo(86_400)

const BODIES: Readonly<Record<MessageName, fc.Arbitrary<Record<string, unknown>>>> = {
  ConnectRequest: record(
    {
      ...common,
      randomClient: octets(16),
      role: fc.constantFrom('pn-gw', 'pne'),
      algorithms,
    },
    { via: entityId, btid, keyType },
  ),
  AuthenticateRequest: record({ ...common, authReqData }),
  AuthenticateResponse: record({ ...common, authResData: record({ hash, state: sealedState }) }),
  ConnectResponse: fc.oneof(
    record({ ...common, status: success, hash }, {}),
    record({ ...common, status: refusal }, { bsf: fqdn, naf: fqdn, uaId, keyType, retryAfter }),
  ),
  EUKeyAssignmentRequest: record(
    { ...common, userId, randomClient: octets(16), algorithms },
    { nonce: octets(16) },
  ),
  EUKeyAssignmentResponse: fc.oneof(
    record({ ...common, status: success, hash, encryptedEuKey }),
    record({ ...common, status: refusal }, { retryAfter }),
  ),
  UserInfoRegistration: record(
    { ...common, pne: entityId },
    { userId, code: fc.stringMatching(/^[0-9A-Z-]{1,32}$/) },
  ),
  UserInfoInstallation: record({
    ...common,
    pne: entityId,
    userId,
    triggerKey: octets(32).map((key) => Secret.of(key)),
  }),
  EUKeyAssignmentTrigger: record(
    { ...common, pne: entityId, gw: entityId, nonce: octets(16), proof: octets(32) },
    { encryptedPassword },
  ),
  PneStatus: record({
    ...common,
    pne: entityId,
    sessionId,
    state: fc.constantFrom('admitted', 'ended'),
    secondsLeft: upTo(YEAR),
  }),
  PnRegistration: record(
    {
      ...common,
      members: fc.uniqueArray(entityId, { maxLength: 8 }),
      lifetime: upTo(YEAR),
    },
    { pnId: entityId, alias: text(64) },
  ),
  PnRegistrationResult: record(
    { ...common, status },
    {
      pnId: entityId,
      members: fc.uniqueArray(entityId, { maxLength: 8 }),
      lifetime: upTo(YEAR),
    },
  ),
  Message: record({
    ...common,
    messageId: text(64),
    from: entityId,
    to: entityId,
    contentType: fc.constantFrom('text/plain', 'application/json; charset="utf-8"', 'a/b;c=d'),
    expires: upTo(604_800, 1),
  }),
  MessageResult: record({ ...common, messageId: text(64), from: entityId, status }, { retryAfter }),
  Disconnect: record({ ...common }, { reason: text(256) }),
  Error: record({ entityId, status: refusal, detail: text(256) }, { transactionId: text(64) }),
}

/** Any message of this name. */
export function messageArbitrary(name: MessageName): fc.Arbitrary<CpnsMessage> {
  return BODIES[name].map((body) => ({ name, ...body }) as CpnsMessage)
}

/** Any message. */
export const anyMessage: fc.Arbitrary<CpnsMessage> = fc.oneof(
  ...(Object.keys(BODIES) as MessageName[]).map(messageArbitrary),
)

/** The message with its keys in the open, so that two messages can be compared. */
export function revealed(message: CpnsMessage): unknown {
  if (message.name !== 'UserInfoInstallation') return message
  return { ...message, triggerKey: message.triggerKey.reveal() }
}

const RAND = 'AAAAAAAAAAAAAAAAAAAAAA=='
const HASH = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
const SENDER = 'TransactionID="t" EntityID="urn:x:s"'

/** One document of each kind with everything in it that can be, but for the namespace. */
export const FULL_EXAMPLES: Readonly<Record<MessageName, string>> = {
  ConnectRequest: `<ConnectRequest ${SENDER} RAND="${RAND}" Role="pne" Via="urn:x:g" BTID="${RAND}@bsf.example" KeyType="ks-ext-naf" Algorithms="HMAC-SHA-256 SHA-1"/>`,
  AuthenticateRequest: `<AuthenticateRequest ${SENDER}><AuthReqData RAND="${RAND}" Algorithm="SHA-1" SessionLifetime="3600" KDF="scrypt" Salt="${RAND}" N="32768" r="8" p="1" State="AAAA"/></AuthenticateRequest>`,
  AuthenticateResponse: `<AuthenticateResponse ${SENDER}><AuthResData HASH="${HASH}" State="AAAA"/></AuthenticateResponse>`,
  ConnectResponse: `<ConnectResponse ${SENDER} Status="402" BSF="bsf.example" NAF="naf.example" UaID="ff43504e53" KeyType="ks-int-naf" RetryAfter="5"/>`,
  EUKeyAssignmentRequest: `<EUKeyAssignmentRequest ${SENDER} UserID="jo" RAND="${RAND}" Algorithms="SHA-1" Nonce="${RAND}"/>`,
  EUKeyAssignmentResponse: `<EUKeyAssignmentResponse ${SENDER} Status="200" HASH="${HASH}" RetryAfter="0"><EncryptedEUKey Algorithm="AES-256-GCM" KeyID="k" Lifetime="60" IV="AAAAAAAAAAAAAAAA">${'A'.repeat(64)}</EncryptedEUKey></EUKeyAssignmentResponse>`,
  UserInfoRegistration: `<UserInfoRegistration ${SENDER} PNE="urn:x:p" UserID="jo" Code="ABCD-1234"/>`,
  UserInfoInstallation: `<UserInfoInstallation ${SENDER} PNE="urn:x:p" UserID="jo" TriggerKey="${HASH}"/>`,
  EUKeyAssignmentTrigger: `<EUKeyAssignmentTrigger ${SENDER} PNE="urn:x:p" GW="urn:x:g" Nonce="${RAND}" Proof="${HASH}"><EncryptedPassword Algorithm="AES-256-GCM" IV="AAAAAAAAAAAAAAAA">${'A'.repeat(24)}</EncryptedPassword></EUKeyAssignmentTrigger>`,
  PneStatus: `<PneStatus ${SENDER} PNE="urn:x:p" SessionID="${'0f'.repeat(16)}" State="admitted" SecondsLeft="60"/>`,
  PnRegistration: `<PnRegistration ${SENDER} PNID="urn:x:n" Alias="home" Members="urn:x:p urn:x:q" Lifetime="60"/>`,
  PnRegistrationResult: `<PnRegistrationResult ${SENDER} Status="200" PNID="urn:x:n" Members="urn:x:p" Lifetime="60"/>`,
  Message: `<Message ${SENDER} MessageID="m" From="urn:x:s" To="urn:cpns:service:echo" ContentType="text/plain" Expires="60"/>`,
  MessageResult: `<MessageResult ${SENDER} MessageID="m" From="urn:x:s" Status="503" RetryAfter="2"/>`,
  Disconnect: `<Disconnect ${SENDER} Reason="done"/>`,
  Error: `<Error ${SENDER} Status="400" Detail="what"/>`,
}

/** A document in the namespace of CPNS. */
export function inNamespace(document: string): Uint8Array {
  return Buffer.from(document.replace(/^<\w+/, '$& xmlns="urn:oma:xml:cpns:core:1.1"'), 'utf8')
}

const schema = XmlDocument.fromBuffer(readFileSync(join(import.meta.dirname, 'cpns.xsd')))
const validator = XsdValidator.fromDoc(schema)

/** What libxml2 has against a document, or `undefined` if it is valid by `cpns.xsd`. */
export function schemaFault(octets: Uint8Array): string | undefined {
  let document: XmlDocument | undefined
  try {
    document = XmlDocument.fromBuffer(octets)
    validator.validate(document)
    return undefined
  } catch (error) {
    if (error instanceof XmlLibError) return error.message
    throw error
  } finally {
    document?.dispose()
  }
}
