/**
 * The messages of CPNS as types, and their octets. Design 6; what each message holds is declared in
 * `message-declarations.ts`.
 *
 * A message is sent without XML declaration (a document without one is XML 1.0 in UTF-8), so its first
 * octet is `<`, and what the HASHes cover is as short as it can be; a received one may have it.
 */
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { parseXml } from '../xml/xml-reader.ts'
import { identifier, MESSAGES } from './message-declarations.ts'
import {
  briefName,
  CPNS_NAMESPACE,
  type Rules,
  readElement,
  type ValuesOf,
  writeElement,
} from './message-rules.ts'
import type { Status } from './status.ts'

/** Media type of CPNS messages; our choice after the OMNA pattern. Design 6 */
export const CPNS_MEDIA_TYPE = 'application/vnd.oma.cpns+xml'
/** Longest message in octets. Design 6 */
export const MAX_MESSAGE_OCTETS = 4096
/** Deepest message in levels, the root being 1. Design 6 */
export const MAX_MESSAGE_DEPTH = 8

const LIMITS = { maxOctets: MAX_MESSAGE_OCTETS, maxDepth: MAX_MESSAGE_DEPTH }
const NAMESPACE_DECLARATION = ` xmlns="${CPNS_NAMESPACE}"`

type Declarations = typeof MESSAGES
type Named<N extends keyof Declarations> = { readonly name: N } & ValuesOf<Declarations[N]>

/** Name of a message, which is that of its root element. */
export type MessageName = keyof Declarations
/** Any message, told apart by `name`. */
export type CpnsMessage = { [N in MessageName]: Named<N> }[MessageName]

/** Begins mutual authentication. CR 7.5.2; `keyType` may be absent, `algorithms` may hold unknown names. */
export type ConnectRequest = Named<'ConnectRequest'>
/** The server's challenge; `sessionLifetime` in seconds. CR 7.5.2, M-4 */
export type AuthenticateRequest = Named<'AuthenticateRequest'>
/** The client's proof. CR 7.5.2, M-2 */
export type AuthenticateResponse = Named<'AuthenticateResponse'>
/** The server's proof, or a refusal with hints; `retryAfter` in seconds. CR 7.5.2, M-6 */
export type ConnectResponse = Named<'ConnectResponse'>
/** Asks for an EUKey with UserID and password. CR 7.4.3.1, M-5 */
export type EuKeyAssignmentRequest = Named<'EUKeyAssignmentRequest'>
/** Hands over an encrypted EUKey; `lifetime` in seconds. CR 7.4.3.2, M-5 */
export type EuKeyAssignmentResponse = Named<'EUKeyAssignmentResponse'>
/** Asks for the owner of a PNE: the PNE its PN GW (`code` when it is paired), the PN GW the server. M-7 */
export type UserInfoRegistration = Named<'UserInfoRegistration'>
/** Gives a PNE its owner's UserID and a TriggerKey. M-7 */
export type UserInfoInstallation = Named<'UserInfoInstallation'>
/** Makes a PNE ask for an EUKey; with a password if it cannot ask its user. M-7 */
export type EuKeyAssignmentTrigger = Named<'EUKeyAssignmentTrigger'>
/** Tells a PN GW for which PNE it may relay records. Design 7 */
export type PneStatus = Named<'PneStatus'>
/** Registers the members of a PN; `lifetime` in seconds, 0 ends it. Design 8 */
export type PnRegistration = Named<'PnRegistration'>
/** Answers it. Design 8 */
export type PnRegistrationResult = Named<'PnRegistrationResult'>
/** Head of a forwarded message; `expires` in seconds. Design 8 */
export type Message = Named<'Message'>
/** Acknowledges the message (From, MessageID). Design 8 */
export type MessageResult = Named<'MessageResult'>
/** Ends the session. Design 8 */
export type Disconnect = Named<'Disconnect'>
/** Answers what cannot be parsed or is not expected. Design 6 */
export type ErrorMessage = Named<'Error'>

/**
 * The octets of a message, as they are sent and as HASHes cover them.
 *
 * @throws {RangeError} Naming the attribute, if a value is out of its limits; or over 4 KiB.
 * @see Design 6
 */
export function encodeMessage(message: CpnsMessage): Uint8Array {
  const fault = faultOfProof(message)
  if (fault !== undefined) throw new RangeError(`${fault.field}: ${fault.reason}`)
  const { name } = message
  const octets = utf8(writeElement(name, MESSAGES[name] as Rules, message, NAMESPACE_DECLARATION))
  if (octets.length > MAX_MESSAGE_OCTETS) {
    throw new RangeError(`${name} is over ${MAX_MESSAGE_OCTETS} octets`)
  }
  return octets
}

/**
 * The message of octets as received.
 *
 * @throws {InvalidMessage} Naming the attribute or element that is missing, wrong or unknown, or `XML`.
 * @see Design 6
 */
export function decodeMessage(octets: Uint8Array): CpnsMessage {
  const root = parseXml(octets, LIMITS)
  const { name, namespace } = root
  if (namespace !== CPNS_NAMESPACE) {
    throw new InvalidMessage(`not in namespace ${CPNS_NAMESPACE}`, briefName(name))
  }
  if (!isMessageName(name)) throw new InvalidMessage('not a message', briefName(name))
  const message = { name, ...readElement(root, MESSAGES[name]) } as CpnsMessage
  const fault = faultOfProof(message)
  if (fault !== undefined) throw new InvalidMessage(fault.reason, fault.field)
  return message
}

/**
 * The exchange of octets that `decodeMessage` refuses, so that the Error can name it: who has several under way
 * learns which of them is meant. `undefined` if it cannot be read.
 *
 * @see Design 6
 */
export function transactionIdOf(octets: Uint8Array): string | undefined {
  try {
    const { namespace, attributes } = parseXml(octets, LIMITS)
    if (namespace !== CPNS_NAMESPACE) return undefined
    const found = attributes.find((one) => one.namespace === '' && one.name === 'TransactionID')
    return found && identifier.parse(found.value, found.name)
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

function isMessageName(name: string): name is MessageName {
  return Object.hasOwn(MESSAGES, name)
}

interface Fault {
  readonly reason: string
  readonly field: string
}

/** A success (200) carries its proof, a refusal none, and an Error is no success. Design 6 */
function faultOfProof(message: CpnsMessage): Fault | undefined {
  if (message.name === 'Error' && message.status === 200) {
    return { reason: 'not of an Error', field: 'Status' }
  }
  if (message.name === 'ConnectResponse') {
    return faultOfPresence(message.status, 'HASH', message.hash)
  }
  if (message.name === 'EUKeyAssignmentResponse') {
    const { status, hash, encryptedEuKey } = message
    return (
      faultOfPresence(status, 'HASH', hash) ??
      faultOfPresence(status, 'EncryptedEUKey', encryptedEuKey)
    )
  }
  return undefined
}

function faultOfPresence(status: Status, field: string, value: unknown): Fault | undefined {
  if (status === 200 && value === undefined) return { reason: 'missing', field }
  if (status !== 200 && value !== undefined) return { reason: 'not in a refusal', field }
  return undefined
}
