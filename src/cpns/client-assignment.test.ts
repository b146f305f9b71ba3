import { describe, expect, test } from 'vitest'
import { InvalidMessage, UnexpectedMessage } from '../errors/errors.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import {
  ASSIGNMENT,
  ASSIGNMENT_FILE,
  type AssignmentVector,
  assignedKey,
  assignmentStartOf,
  passwordKeys,
} from './assignment-vectors.fixture.ts'
import {
  ASSIGNMENT_IDLE,
  type AssignmentClientState,
  type AssignmentEvent,
  type AssignmentStep,
  assignmentStep,
} from './client-assignment.ts'

const [HMAC] = ASSIGNMENT_FILE.vectors as [AssignmentVector]

const message = (text: string): AssignmentEvent => ({ kind: 'message', octets: utf8(text) })
const derived = (): AssignmentEvent => ({ kind: 'derived', keys: passwordKeys() })

/** The four steps of a vector, with what a hostile way may change. */
function run(
  vector: AssignmentVector,
  change: (text: string, which: 'challenge' | 'answer') => string = (text) => text,
): AssignmentStep[] {
  const started = assignmentStep(ASSIGNMENT_IDLE, assignmentStartOf(vector))
  const { challenge, answer } = vector.messages
  const challenged = assignmentStep(started.state, message(change(challenge, 'challenge')))
  if (challenged.outcome !== undefined) return [started, challenged]
  const proved = assignmentStep(challenged.state, derived())
  const done = assignmentStep(proved.state, message(change(answer, 'answer')))
  return [started, challenged, proved, done]
}

const lastOf = (steps: AssignmentStep[]) => steps.at(-1)?.outcome

describe.each(ASSIGNMENT_FILE.vectors)('vector $algorithm', (vector) => {
  test('sends its messages octet for octet, and ends with the EUKey', () => {
    const [started, challenged, proved, done] = run(vector)
    expect(fromUtf8(started?.send as Uint8Array)).toBe(vector.messages.request)
    expect(challenged?.derive).toEqual(ASSIGNMENT.kdf)
    expect(fromUtf8(proved?.send as Uint8Array)).toBe(vector.messages.response)
    const { keyId, lifetimeSeconds } = ASSIGNMENT_FILE
    expect(done?.outcome).toMatchObject({ kind: 'assigned', keyId, lifetimeSeconds })
    expect(done?.outcome?.kind === 'assigned' && done.outcome.euKey.equals(assignedKey())).toBe(
      true,
    )
  })
})

describe('an altered attribute ends without an EUKey', () => {
  test.each([
    ['challenge', 'RAND="oKGi', 'RAND="oKGj', 'server-hash-wrong'],
    ['challenge', 'SessionLifetime="3600"', 'SessionLifetime="3601"', 'server-hash-wrong'],
    ['challenge', 'Salt="UFFS', 'Salt="UFFT', 'server-hash-wrong'],
    ['challenge', 'N="32768"', 'N="65536"', 'server-hash-wrong'],
    ['challenge', 'State="AAEC', 'State="AAED', 'server-hash-wrong'],
    ['answer', 'HASH="q3ge', 'HASH="q3gf', 'server-hash-wrong'],
    ['answer', 'KeyID="0011', 'KeyID="1011', 'eukey-not-opened'],
    ['answer', 'Lifetime="2592000"', 'Lifetime="2592001"', 'eukey-not-opened'],
    ['answer', 'IV="wMHC', 'IV="wMHD', 'eukey-not-opened'],
    ['answer', '>sb3s', '>sb3t', 'eukey-not-opened'],
  ] as const)('%s %s', (altered, was, is, reason) => {
    const steps = run(HMAC, (text, which) => {
      if (which === altered) expect(text).toContain(was)
      return which === altered ? text.replace(was, is) : text
    })
    expect(lastOf(steps)).toEqual({ kind: 'failed', reason })
  })
})

describe('what a client does not lend itself to', () => {
  test.each([
    ['lower N', 'N="32768"', 'N="8192"'],
    ['higher N', 'N="32768"', 'N="262144"'],
    ['other r', 'r="8"', 'r="1"'],
    ['higher p', 'p="1"', 'p="6"'],
  ])('%s', (_, was, is) => {
    expect(lastOf(run(HMAC, (text) => text.replace(was, is)))).toEqual({
      kind: 'failed',
      reason: 'cost-not-accepted',
    })
  })

  test('an algorithm that it did not offer', () => {
    const steps = run(HMAC, (text) => text.replace('Algorithm="HMAC-SHA-256"', 'Algorithm="SHA-1"'))
    expect(lastOf(steps)).toEqual({ kind: 'failed', reason: 'algorithm-not-offered' })
  })

  test('a challenge without salt and cost: that of mutual authentication', () => {
    expect(() => run(HMAC, (text) => text.replace(/KDF.* State/, 'State'))).toThrow(InvalidMessage)
  })

  test('a message of another exchange, and an answer of another server', () => {
    const other = (text: string) => text.replace('txn-eukey', 'txn-other')
    expect(() => run(HMAC, other)).toThrow(InvalidMessage)
    const server = ASSIGNMENT_FILE.serverEntityId
    const impostor = (text: string, which: string) =>
      which === 'answer' ? text.replace(server, 'urn:uuid:impostor') : text
    expect(() => run(HMAC, impostor)).toThrow('not the sender')
  })
})

describe('refusals', () => {
  const refusal = (attributes: string) =>
    `<EUKeyAssignmentResponse xmlns="urn:oma:xml:cpns:core:1.1" TransactionID="${HMAC.transactionId}" EntityID="${ASSIGNMENT_FILE.serverEntityId}" ${attributes}/>`

  test('end it at either point, with what the server says', () => {
    const limited = refusal('Status="429" RetryAfter="8"')
    expect(lastOf(run(HMAC, () => limited))).toEqual({
      kind: 'failed',
      reason: 'refused',
      status: 429,
      retryAfter: 8,
    })
    const wrong = refusal('Status="401"')
    const steps = run(HMAC, (text, which) => (which === 'answer' ? wrong : text))
    expect(lastOf(steps)).toEqual({ kind: 'failed', reason: 'refused', status: 401 })
  })

  test('of a server that takes it for mutual authentication count too', () => {
    const connect = refusal('Status="400"').replace('EUKeyAssignmentResponse', 'ConnectResponse')
    const steps = run(HMAC, (text, which) => (which === 'answer' ? connect : text))
    expect(lastOf(steps)).toMatchObject({ reason: 'refused', status: 400 })
  })
})

test('each state takes only its own events; a timeout ends all that wait', () => {
  const steps = run(HMAC)
  const states: AssignmentClientState[] = [
    ASSIGNMENT_IDLE,
    ...steps.map(({ state }) => state),
    { name: 'failed' },
  ]
  const events: Record<string, AssignmentEvent> = {
    start: assignmentStartOf(HMAC),
    message: message(
      HMAC.messages.response.replace(ASSIGNMENT_FILE.entityId, ASSIGNMENT_FILE.serverEntityId),
    ),
    derived: derived(),
    timeout: { kind: 'timeout' },
  }
  const accepted = states.map((state) => {
    const taken = Object.entries(events).filter(([, event]) => {
      try {
        assignmentStep(state, event)
        return true
      } catch (error) {
        if (error instanceof UnexpectedMessage) return false
        throw error
      }
    })
    return `${state.name}: ${taken.map(([name]) => name).join(' ')}`
  })
  expect(accepted).toEqual([
    'idle: start',
    'awaiting-challenge: timeout',
    'deriving: derived timeout',
    'awaiting-eukey: timeout',
    'assigned: ',
    'failed: ',
  ])
})

test('the Nonce of a trigger goes with the request (M-7)', () => {
  const nonce = new Uint8Array(16).fill(7)
  const { send } = assignmentStep(ASSIGNMENT_IDLE, { ...assignmentStartOf(HMAC), nonce })
  expect(fromUtf8(send as Uint8Array)).toContain('Nonce="BwcHBwcHBwcHBwcHBwcHBw=="')
})
