/** `test/vectors/cpns-handshake.json`, typed, and both sides of its exchanges. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../crypto/secret.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { fromHex, utf8 } from '../octets/octets.ts'
import type { Algorithm } from './algorithms.ts'
import type { StartEvent } from './client-handshake.ts'
import type { ExchangeState } from './exchange-state.ts'
import { type ConnectRequest, decodeMessage } from './messages.ts'
import type { RecordType } from './record.ts'
import { openExchange } from './server-handshake.ts'

/** One worked exchange; values are hex, messages are text. */
export interface HandshakeVector {
  readonly id: string
  readonly algorithm: Algorithm
  readonly messages: {
    readonly connectRequest: string
    readonly authenticateRequest: string
    readonly authenticateResponse: string
    readonly connectResponse: string
  }
  readonly transactionId: string
  readonly offered: readonly Algorithm[]
  readonly digests: readonly [string, string, string]
  readonly clientHash: string
  readonly serverHash: string
  readonly assignmentClientHash: string
  readonly assignmentServerHash: string
  readonly prk: string
  readonly sessionKey: string
  readonly sessionId: string
  readonly attachRequest: string
  readonly attachAnswer: string
  readonly uplinkKey: string
  readonly downlinkKey: string
  readonly uplinkSalt: string
  readonly downlinkSalt: string
  readonly records: readonly {
    readonly side: 'client' | 'server'
    readonly type: RecordType
    readonly sequence: number
    readonly content: string
    readonly record: string
  }[]
}

interface VectorFile {
  readonly euKey: string
  readonly randomClient: string
  readonly randomServer: string
  readonly sealedState: string
  readonly sessionLifetime: number
  readonly entityId: string
  readonly serverEntityId: string
  readonly btid: string
  readonly clientNonce: string
  readonly serverNonce: string
  readonly vectors: readonly HandshakeVector[]
}

export const VECTOR_FILE: VectorFile = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/vectors/cpns-handshake.json'), 'utf8'),
)
export const HANDSHAKE_VECTORS = VECTOR_FILE.vectors
export const SERVER = parseEntityId(VECTOR_FILE.serverEntityId)
export const SEALED_STATE = fromHex(VECTOR_FILE.sealedState)
export const NOW_MS = 1_800_000_000_000

export const euKey = (): Secret => Secret.of(fromHex(VECTOR_FILE.euKey))

/** The vector of an algorithm. */
export function vectorOf(algorithm: Algorithm): HandshakeVector {
  return HANDSHAKE_VECTORS.find((vector) => vector.algorithm === algorithm) as HandshakeVector
}

/** How the client of a vector begins. */
export function startOf(vector: HandshakeVector): StartEvent {
  return {
    kind: 'start',
    transactionId: vector.transactionId,
    randomClient: fromHex(VECTOR_FILE.randomClient),
    entityId: parseEntityId(VECTOR_FILE.entityId),
    role: 'pn-gw',
    btid: parseBtid(VECTOR_FILE.btid),
    keyType: 'ks-ext-naf',
    algorithms: vector.offered,
  }
}

/** What the server of a vector remembers. */
export function stateOf(vector: HandshakeVector): ExchangeState {
  const octets = utf8(vector.messages.connectRequest)
  return openExchange(octets, decodeMessage(octets) as ConnectRequest, {
    euKeyId: VECTOR_FILE.btid,
    keyType: 'ks-ext-naf',
    algorithm: vector.algorithm,
    randomServer: fromHex(VECTOR_FILE.randomServer),
    sessionLifetime: VECTOR_FILE.sessionLifetime,
    nowMs: NOW_MS,
  })
}
