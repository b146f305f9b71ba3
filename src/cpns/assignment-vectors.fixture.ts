/** `test/vectors/eukey-assignment.json`, typed, and both sides of its exchanges. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../crypto/secret.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { fromHex, utf8 } from '../octets/octets.ts'
import type { Algorithm } from './algorithms.ts'
import type { AssignmentStart } from './client-assignment.ts'
import { decodeMessage, type EuKeyAssignmentRequest } from './messages.ts'
import { type AssignmentState, openAssignment } from './server-assignment.ts'

/** One worked assignment; values are hex, messages are text. */
export interface AssignmentVector {
  readonly algorithm: Algorithm
  readonly transactionId: string
  readonly messages: {
    readonly request: string
    readonly challenge: string
    readonly response: string
    readonly answer: string
  }
  readonly digests: readonly [string, string, string]
  readonly wrapped: string
}

interface VectorFile {
  readonly userId: string
  readonly passwordTyped: string
  readonly passwordOctets: string
  readonly entityId: string
  readonly serverEntityId: string
  readonly randomClient: string
  readonly randomServer: string
  readonly salt: string
  readonly n: number
  readonly r: number
  readonly p: number
  readonly sealedState: string
  readonly sessionLifetime: number
  readonly euKey: string
  readonly keyId: string
  readonly lifetimeSeconds: number
  readonly iv: string
  readonly authKey: string
  readonly wrapBase: string
  readonly vectors: readonly AssignmentVector[]
}

const PATH = join(import.meta.dirname, '../../test/vectors/eukey-assignment.json')

/** All of it. */
export const ASSIGNMENT_FILE = JSON.parse(readFileSync(PATH, 'utf8')) as VectorFile
/** When the exchange began. */
export const ISSUED_AT_MS = 1_000_000

const secret = (hex: string): Secret => Secret.of(fromHex(hex))

/** What is the same in both exchanges, decoded. */
export const ASSIGNMENT = {
  entityId: parseEntityId(ASSIGNMENT_FILE.entityId),
  server: parseEntityId(ASSIGNMENT_FILE.serverEntityId),
  userId: parseUserId(ASSIGNMENT_FILE.userId),
  randomClient: fromHex(ASSIGNMENT_FILE.randomClient),
  randomServer: fromHex(ASSIGNMENT_FILE.randomServer),
  sealedState: fromHex(ASSIGNMENT_FILE.sealedState),
  iv: fromHex(ASSIGNMENT_FILE.iv),
  kdf: {
    kdf: 'scrypt' as const,
    salt: fromHex(ASSIGNMENT_FILE.salt),
    n: ASSIGNMENT_FILE.n,
    r: ASSIGNMENT_FILE.r,
    p: ASSIGNMENT_FILE.p,
  },
}

/** authKey and wrapBase of the password. */
export const passwordKeys = () => ({
  authKey: secret(ASSIGNMENT_FILE.authKey),
  wrapBase: secret(ASSIGNMENT_FILE.wrapBase),
})

/** The EUKey that is handed over. */
export const assignedKey = () => secret(ASSIGNMENT_FILE.euKey)

/** How the client of a vector starts. */
export function assignmentStartOf({ algorithm, transactionId }: AssignmentVector): AssignmentStart {
  const { entityId, userId, randomClient } = ASSIGNMENT
  return { kind: 'start', transactionId, randomClient, entityId, userId, algorithms: [algorithm] }
}

/** What the server of a vector remembers. */
export function assignmentStateOf({ algorithm, messages }: AssignmentVector): AssignmentState {
  const octets = utf8(messages.request)
  return openAssignment(octets, decodeMessage(octets) as EuKeyAssignmentRequest, {
    role: 'pn-gw',
    euKeyId: ASSIGNMENT_FILE.keyId,
    kdf: ASSIGNMENT.kdf,
    algorithm,
    randomServer: ASSIGNMENT.randomServer,
    sessionLifetime: ASSIGNMENT_FILE.sessionLifetime,
    nowMs: ISSUED_AT_MS,
  })
}
