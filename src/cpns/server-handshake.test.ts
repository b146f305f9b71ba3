import { describe, expect, test } from 'vitest'
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH } from '../crypto/aead.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { fromHex, fromUtf8, toHex, utf8 } from '../octets/octets.ts'
import { decodeExchangeState, encodeExchangeState } from './exchange-state.ts'
import {
  euKey,
  HANDSHAKE_VECTORS,
  type HandshakeVector,
  NOW_MS,
  SEALED_STATE,
  SERVER,
  stateOf,
  VECTOR_FILE,
  vectorOf,
} from './handshake-vectors.fixture.ts'
import { MAX_STATE_OCTETS } from './message-declarations.ts'
import {
  type AuthenticateResponse,
  type ConnectRequest,
  decodeMessage,
  encodeMessage,
  MAX_MESSAGE_OCTETS,
} from './messages.ts'
import {
  agreesWithState,
  authenticateRequestOf,
  judgeAuthenticateResponse,
  MAX_PLAIN_FIRST_MESSAGE_OCTETS,
  openExchange,
  type ProofInput,
  STATE_LIFETIME_MS,
} from './server-handshake.ts'

const HMAC = vectorOf('HMAC-SHA-256')

function proofOf(
  vector: HandshakeVector,
  response = vector.messages.authenticateResponse,
): ProofInput {
  const octets = utf8(response)
  return {
    octets,
    message: decodeMessage(octets) as AuthenticateResponse,
    state: stateOf(vector),
    sealedState: SEALED_STATE,
    serverEntityId: SERVER,
    euKey: euKey(),
  }
}

describe.each(HANDSHAKE_VECTORS)('vector $id', (vector) => {
  test('the exchange remembers what M-4 lists, and survives sealing', () => {
    const state = stateOf(vector)
    expect(state).toMatchObject({
      kind: 'connect',
      entityId: VECTOR_FILE.entityId,
      role: 'pn-gw',
      transactionId: vector.transactionId,
      euKeyId: VECTOR_FILE.btid,
      keyType: 'ks-ext-naf',
      algorithm: vector.algorithm,
      sessionLifetime: 3600,
      issuedAtMs: NOW_MS,
    })
    expect(decodeExchangeState(encodeExchangeState(state))).toEqual(state)
  })

  test('AuthenticateRequest is the same octets every time', () => {
    const reopened = decodeExchangeState(encodeExchangeState(stateOf(vector)))
    for (const state of [stateOf(vector), reopened]) {
      const octets = authenticateRequestOf(state, SEALED_STATE, SERVER)
      expect(fromUtf8(octets)).toBe(vector.messages.authenticateRequest)
    }
  })

  test('the right HASH gives session key, SessionID and the proof of the server', () => {
    const verdict = judgeAuthenticateResponse(proofOf(vector))
    if (verdict.outcome !== 'verified') throw new Error('refused')
    expect(toHex(verdict.sessionKey.reveal())).toBe(vector.sessionKey)
    expect(verdict.sessionId).toBe(vector.sessionId)
    expect(fromUtf8(verdict.connectResponse)).toBe(vector.messages.connectResponse)
  })

  test.each([
    ['another EUKey', { euKey: Secret.of(new Uint8Array(32)) }],
    ['another server', { serverEntityId: parseEntityId('urn:x:other') }],
    ['another State', { sealedState: new Uint8Array(48) }],
    [
      'another RAND of the server',
      { state: { ...stateOf(vector), randomServer: new Uint8Array(16) } },
    ],
    ['another lifetime', { state: { ...stateOf(vector), sessionLifetime: 3601 } }],
    ['another ConnectRequest', { state: { ...stateOf(vector), firstMessage: new Uint8Array(32) } }],
  ])('%s: the HASH is wrong', (_, change) => {
    const verdict = judgeAuthenticateResponse({ ...proofOf(vector), ...change })
    expect(verdict).toEqual({ outcome: 'hash-wrong' })
  })

  test('a HASH with any octet changed is wrong', () => {
    const input = proofOf(vector)
    const { hash, state } = input.message.authResData
    for (let at = 0; at < hash.length; at++) {
      const bent = hash.map((octet, index) => (index === at ? octet ^ 1 : octet))
      const message = { ...input.message, authResData: { hash: bent, state } }
      expect(judgeAuthenticateResponse({ ...input, message }).outcome).toBe('hash-wrong')
    }
  })

  test('the HASH of the other side, the other profile or none does not pass', () => {
    const input = proofOf(vector)
    const others = [vector.serverHash, '00'.repeat(20), '00'.repeat(32)].map((hash) =>
      fromHex(hash),
    )
    for (const hash of others) {
      const authResData = { ...input.message.authResData, hash }
      const message = { ...input.message, authResData }
      expect(judgeAuthenticateResponse({ ...input, message }).outcome).toBe('hash-wrong')
    }
  })
})

test('an AuthenticateResponse of another exchange or sender does not agree with State', () => {
  const { message, state } = proofOf(HMAC)
  expect(agreesWithState(message, state)).toBe(true)
  expect(agreesWithState({ ...message, transactionId: 'other' }, state)).toBe(false)
  const entityId = parseEntityId('urn:x:other')
  expect(agreesWithState({ ...message, entityId }, state)).toBe(false)
})

test('a State lives 30 s', () => {
  expect(STATE_LIFETIME_MS).toBe(30_000)
})

const plainRequest = vectorOf('SHA-1').messages.connectRequest
const padded = (length: number) =>
  plainRequest.replace('/>', `${' '.repeat(length - plainRequest.length)}/>`)

describe('profile cpns-1.0', () => {
  const vector = vectorOf('SHA-1')
  const decision = {
    euKeyId: 'k',
    keyType: 'assigned',
    algorithm: 'SHA-1',
    randomServer: new Uint8Array(16),
    sessionLifetime: 60,
    nowMs: NOW_MS,
  } as const
  const open = (document: string) => {
    const octets = utf8(document)
    return openExchange(octets, decodeMessage(octets) as ConnectRequest, decision)
  }

  test('keeps the first message whole', () => {
    const state = open(vector.messages.connectRequest)
    expect(fromUtf8(state.firstMessage)).toBe(vector.messages.connectRequest)
  })

  test('refuses a comment in either message of the client', () => {
    const { connectRequest, authenticateResponse } = vector.messages
    expect(() => open(`<!---->${connectRequest}`)).toThrow(InvalidMessage)
    const commented = proofOf(vector, `<!---->${authenticateResponse}`)
    expect(() => judgeAuthenticateResponse(commented)).toThrow(InvalidMessage)
  })

  test('refuses a first message that does not fit into State', () => {
    expect(() => open(padded(MAX_PLAIN_FIRST_MESSAGE_OCTETS))).not.toThrow()
    expect(() => open(padded(MAX_PLAIN_FIRST_MESSAGE_OCTETS + 1))).toThrow(
      'ConnectRequest: over 1024 octets',
    )
  })
})

describe('the largest exchange still fits into messages of 4 KiB', () => {
  /** What the sealing ring adds: key id, nonce, tag. */
  const SEALING = 4 + AEAD_NONCE_LENGTH + AEAD_TAG_LENGTH
  const largest: ConnectRequest = {
    name: 'ConnectRequest',
    transactionId: '"'.repeat(64),
    entityId: parseEntityId(`u:${'&'.repeat(253)}`),
    randomClient: new Uint8Array(16),
    role: 'pne',
    via: parseEntityId(`u:${'&'.repeat(253)}`),
    btid: parseBtid(`AAAAAAAAAAAAAAAAAAAAAA==@${`${'a'.repeat(62)}.`.repeat(4).slice(0, -1)}`),
    keyType: 'ks-ext-naf',
    algorithms: ['HMAC-SHA-256'],
  }
  const plain: ConnectRequest = {
    ...largest,
    transactionId: 't'.repeat(64),
    entityId: parseEntityId(`u:${'&'.repeat(90)}`),
    via: parseEntityId('u:v'),
    btid: parseBtid('AAAAAAAAAAAAAAAAAAAAAA==@b'),
  }

  test.each([
    ['HMAC-SHA-256', largest],
    ['SHA-1', plain],
  ] as const)('%s', (algorithm, request) => {
    const octets = encodeMessage(request)
    const state = openExchange(octets, request, {
      euKeyId: request.btid as string,
      keyType: 'ks-ext-naf',
      algorithm,
      randomServer: new Uint8Array(16),
      sessionLifetime: 31_536_000,
      nowMs: NOW_MS,
    })
    const sealed = new Uint8Array(encodeExchangeState(state).length + SEALING)
    expect(sealed.length).toBeLessThanOrEqual(MAX_STATE_OCTETS)
    const challenge = authenticateRequestOf(state, sealed, parseEntityId(`u:${'x'.repeat(253)}`))
    expect(challenge.length).toBeLessThanOrEqual(MAX_MESSAGE_OCTETS)
    const { transactionId, entityId } = request
    const authResData = { hash: new Uint8Array(32), state: sealed }
    const response = { name: 'AuthenticateResponse', transactionId, entityId, authResData } as const
    expect(() => encodeMessage(response)).not.toThrow()
  })
})
