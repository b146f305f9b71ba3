import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage, UnexpectedMessage } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { fromUtf8, toHex, utf8 } from '../octets/octets.ts'
import {
  type ClientEvent,
  type ClientFailed,
  type ClientState,
  type ClientStep,
  IDLE,
  type ProverTask,
  step,
} from './client-handshake.ts'
import { confirmConnect, proveConnect } from './eukey-prover.ts'
import {
  euKey,
  HANDSHAKE_VECTORS,
  type HandshakeVector,
  SERVER,
  startOf,
  vectorOf,
} from './handshake-vectors.fixture.ts'
import { FULL_EXAMPLES, inNamespace } from './messages.fixture.ts'
import { type ConnectResponse, type CpnsMessage, encodeMessage } from './messages.ts'

const HMAC = vectorOf('HMAC-SHA-256')
const message = (document: string): ClientEvent => ({ kind: 'message', octets: utf8(document) })
const sent = (content: CpnsMessage): ClientEvent => ({
  kind: 'message',
  octets: encodeMessage(content),
})
const NOTHING = new Uint8Array(0)
const TIMEOUT: ClientEvent = { kind: 'timeout' }

/** What the holder of a key answers. */
function answerOf(task: ProverTask, key: Secret): ClientEvent {
  return task.kind === 'prove'
    ? { kind: 'proved', hash: proveConnect(key, task.proof) }
    : { kind: 'confirmed', sessionKey: confirmConnect(key, task.confirmation) }
}

/** A step, and the one after it if the first asks for the key. */
function advance(state: ClientState, event: ClientEvent, key = euKey()): ClientStep {
  const next = step(state, event)
  return next.ask === undefined ? next : step(next.state, answerOf(next.ask, key))
}

/** The states in which the messages of a vector find a client. */
function statesOf(vector: HandshakeVector): Record<ClientState['name'], ClientState> {
  const requested = step(IDLE, startOf(vector))
  const challenge = message(vector.messages.authenticateRequest)
  const success = message(vector.messages.connectResponse)
  const proved = advance(requested.state, challenge)
  return {
    idle: IDLE,
    'awaiting-challenge': requested.state,
    proving: step(requested.state, challenge).state,
    'awaiting-confirmation': proved.state,
    confirming: step(proved.state, success).state,
    connected: advance(proved.state, success).state,
    failed: step(requested.state, TIMEOUT).state,
  }
}

/** Secrets anywhere in a value. */
function secretsIn(value: unknown): number {
  if (value instanceof Secret) return 1
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0
  return Object.values(value).reduce<number>((sum, part) => sum + secretsIn(part), 0)
}

const answer = (
  status: ConnectResponse['status'],
  more: Partial<ConnectResponse> = {},
): ClientEvent =>
  sent({
    name: 'ConnectResponse',
    transactionId: HMAC.transactionId,
    entityId: SERVER,
    status,
    ...more,
  })

function failureOf({ state, outcome, send, ask }: ClientStep): ClientFailed {
  expect(state).toEqual({ name: 'failed' })
  expect([send, ask]).toEqual([undefined, undefined])
  return outcome as ClientFailed
}

describe.each(HANDSHAKE_VECTORS)('vector $id', (vector) => {
  test('the whole exchange, octet for octet', () => {
    const requested = step(IDLE, startOf(vector))
    expect(fromUtf8(requested.send as Uint8Array)).toBe(vector.messages.connectRequest)
    expect(requested.state.name).toBe('awaiting-challenge')
    expect(requested.outcome).toBeUndefined()

    const challenged = step(requested.state, message(vector.messages.authenticateRequest))
    expect([challenged.state.name, challenged.ask?.kind]).toEqual(['proving', 'prove'])
    expect([challenged.send, challenged.outcome]).toEqual([undefined, undefined])
    const proof = answerOf(challenged.ask as ProverTask, euKey())
    expect(toHex(proof.kind === 'proved' ? proof.hash : NOTHING)).toBe(vector.clientHash)

    const proved = step(challenged.state, proof)
    expect(fromUtf8(proved.send as Uint8Array)).toBe(vector.messages.authenticateResponse)
    expect(proved.state.name).toBe('awaiting-confirmation')
    expect([proved.ask, proved.outcome]).toEqual([undefined, undefined])

    const confirming = step(proved.state, message(vector.messages.connectResponse))
    expect([confirming.state.name, confirming.ask?.kind]).toEqual(['confirming', 'confirm'])
    expect([confirming.send, confirming.outcome]).toEqual([undefined, undefined])

    const connected = step(confirming.state, answerOf(confirming.ask as ProverTask, euKey()))
    expect([connected.send, connected.ask]).toEqual([undefined, undefined])
    expect(connected.state).toEqual({ name: 'connected' })
    if (connected.outcome?.kind !== 'connected') throw new Error('not connected')
    expect(toHex(connected.outcome.sessionKey.reveal())).toBe(vector.sessionKey)
    expect(connected.outcome.sessionId).toBe(vector.sessionId)
    expect(connected.outcome.sessionLifetimeSeconds).toBe(3600)
  })

  test('no state holds a secret', () => {
    const states = statesOf(vector)
    expect(states.connected).toEqual({ name: 'connected' })
    expect(secretsIn(states)).toBe(0)
    expect(secretsIn({ found: [{ euKey: euKey() }] })).toBe(1)
  })

  test('a HASH of the server that is wrong ends the exchange', () => {
    const state = statesOf(vector)['awaiting-confirmation']
    const { connectResponse } = vector.messages
    const bent = connectResponse.replace(
      /HASH="./,
      (found) => `HASH="${found.endsWith('A') ? 'B' : 'A'}`,
    )
    const failure = failureOf(advance(state, message(bent)))
    expect(failure).toEqual({ kind: 'failed', reason: 'server-hash-wrong' })
  })

  test('so does the HASH that the client itself sent, reflected', () => {
    const state = statesOf(vector)['awaiting-confirmation']
    const hash = Buffer.from(vector.clientHash, 'hex').toString('base64')
    const { connectResponse } = vector.messages
    const reflected = connectResponse.replace(/HASH="[^"]*"/, `HASH="${hash}"`)
    expect(failureOf(advance(state, message(reflected))).reason).toBe('server-hash-wrong')
  })
})

test('a server that holds another EUKey is not believed', () => {
  const other = Secret.of(new Uint8Array(32))
  const requested = step(IDLE, startOf(HMAC))
  const proved = advance(requested.state, message(HMAC.messages.authenticateRequest), other)
  expect(fromUtf8(proved.send as Uint8Array)).not.toBe(HMAC.messages.authenticateResponse)
  const ended = advance(proved.state, message(HMAC.messages.connectResponse), other)
  expect(failureOf(ended).reason).toBe('server-hash-wrong')
})

describe('each state x each event', () => {
  const events: Record<string, ClientEvent> = {
    start: startOf(HMAC),
    AuthenticateRequest: message(HMAC.messages.authenticateRequest),
    success: message(HMAC.messages.connectResponse),
    refusal: answer(401),
    Error: message(
      FULL_EXAMPLES.Error.replace('<Error', '<Error xmlns="urn:oma:xml:cpns:core:1.1"')
        .replace('"t"', `"${HMAC.transactionId}"`)
        .replace('urn:x:s', SERVER),
    ),
    AuthenticateResponse: message(HMAC.messages.authenticateResponse),
    proved: { kind: 'proved', hash: new Uint8Array(32) },
    confirmed: { kind: 'confirmed', sessionKey: euKey() },
    denied: { kind: 'confirmed', sessionKey: undefined },
    timeout: TIMEOUT,
  }
  const allowed: Record<ClientState['name'], Record<string, ClientState['name']>> = {
    idle: { start: 'awaiting-challenge' },
    'awaiting-challenge': {
      AuthenticateRequest: 'proving',
      refusal: 'failed',
      Error: 'failed',
      timeout: 'failed',
    },
    proving: { proved: 'awaiting-confirmation', timeout: 'failed' },
    'awaiting-confirmation': {
      success: 'confirming',
      refusal: 'failed',
      Error: 'failed',
      timeout: 'failed',
    },
    confirming: { confirmed: 'connected', denied: 'failed', timeout: 'failed' },
    connected: {},
    failed: {},
  }
  const table = (Object.keys(allowed) as ClientState['name'][]).flatMap((name) =>
    Object.keys(events).map((event) => [name, event, allowed[name][event]] as const),
  )

  test.each(table)('%s x %s: %s', (name, event, next) => {
    const state = statesOf(HMAC)[name]
    const take = () => step(state, events[event] as ClientEvent)
    if (next === undefined) expect(take).toThrow(UnexpectedMessage)
    else expect(take().state.name).toBe(next)
  })
})

const waiting = () => statesOf(HMAC)['awaiting-challenge']

describe('refusals carry what the server said', () => {
  test('402 with hints', () => {
    const hints = { naf: parseFqdn('naf.example'), bsf: parseFqdn('bsf.example'), uaId: UA_ID_CPNS }
    expect(failureOf(step(waiting(), answer(402, hints)))).toEqual({
      kind: 'failed',
      reason: 'refused',
      status: 402,
      hints,
    })
  })

  test('421 with a key type', () => {
    const failure = failureOf(step(waiting(), answer(421, { keyType: 'ks-int-naf' })))
    expect(failure).toEqual({
      kind: 'failed',
      reason: 'refused',
      status: 421,
      keyType: 'ks-int-naf',
    })
  })

  test('503 with a time', () => {
    const failure = failureOf(step(waiting(), answer(503, { retryAfter: 7 })))
    expect(failure).toEqual({ kind: 'failed', reason: 'refused', status: 503, retryAfter: 7 })
  })

  test('401 after the proof', () => {
    const failure = failureOf(step(statesOf(HMAC)['awaiting-confirmation'], answer(401)))
    expect(failure).toEqual({ kind: 'failed', reason: 'refused', status: 401 })
  })

  test('an Error of a server that could not read the TransactionID', () => {
    const octets = inNamespace(FULL_EXAMPLES.Error.replace('TransactionID="t" ', ''))
    expect(failureOf(step(waiting(), { kind: 'message', octets }))).toEqual({
      kind: 'failed',
      reason: 'refused',
      status: 400,
    })
  })

  test('time', () => {
    expect(failureOf(step(waiting(), TIMEOUT))).toEqual({ kind: 'failed', reason: 'timeout' })
    for (const name of ['proving', 'awaiting-confirmation', 'confirming'] as const) {
      const failure = failureOf(step(statesOf(HMAC)[name], TIMEOUT))
      expect(failure).toEqual({ kind: 'failed', reason: 'timeout' })
    }
  })
})

describe('an algorithm that was not offered', () => {
  test.each(['SHA-1', 'SHA3-512'])('%s ends the exchange', (algorithm) => {
    const challenge = HMAC.messages.authenticateRequest.replace('HMAC-SHA-256', algorithm)
    const ended = step(statesOf(HMAC)['awaiting-challenge'], message(challenge))
    expect(challenge).toContain(`Algorithm="${algorithm}"`)
    expect(failureOf(ended)).toEqual({ kind: 'failed', reason: 'algorithm-not-offered' })
  })
})

describe('octets that do not belong to the exchange change nothing', () => {
  test.each(['awaiting-challenge', 'awaiting-confirmation'] as const)('%s', (name) => {
    const state = statesOf(HMAC)[name]
    const strangers = [
      message(''),
      message('<a/>'),
      message(HMAC.messages.authenticateRequest.replace('txn-', 'xyz-')),
      message(HMAC.messages.connectResponse.replace('txn-', 'xyz-')),
    ]
    for (const stranger of strangers) {
      expect(() => step(state, stranger)).toThrow(InvalidMessage)
    }
    const next = {
      'awaiting-challenge': 'authenticateRequest',
      'awaiting-confirmation': 'connectResponse',
    } as const
    expect(step(state, message(HMAC.messages[next[name]])).outcome?.kind).not.toBe('failed')
  })

  test('a ConnectResponse of another sender than the AuthenticateRequest', () => {
    const entityId = parseEntityId('urn:x:other')
    const state = statesOf(HMAC)['awaiting-confirmation']
    expect(() => step(state, answer(401, { entityId }))).toThrow(/^EntityID: /)
  })

  test('in cpns-1.0, an AuthenticateRequest with a comment', () => {
    const vector = vectorOf('SHA-1')
    const challenge = message(`<!---->${vector.messages.authenticateRequest}`)
    expect(() => step(statesOf(vector)['awaiting-challenge'], challenge)).toThrow(/^XML: /)
  })
})

test('the requests of a PNE name its PN GW, those of an assigned key no B-TID', () => {
  const { btid: _, ...rest } = startOf(HMAC)
  const start = {
    ...rest,
    role: 'pne',
    via: parseEntityId('urn:x:gw'),
    keyType: 'assigned',
  } as const
  const document = fromUtf8(step(IDLE, start).send as Uint8Array)
  expect(document).toContain(' Role="pne" Via="urn:x:gw" KeyType="assigned" ')
})
