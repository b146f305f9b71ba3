import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import {
  ASSIGNMENT,
  ASSIGNMENT_FILE,
  assignedKey,
  passwordKeys,
} from './assignment-vectors.fixture.ts'
import {
  type AuthenticateResponse,
  decodeMessage,
  type EuKeyAssignmentRequest,
  encodeMessage,
} from './messages.ts'
import { parsePassword } from './password-keys.ts'
import { AssignmentRefused, requestEuKey } from './request-eukey.ts'
import { type AssignmentState, judgeAssignment, openAssignment } from './server-assignment.ts'
import { authenticateRequestOf } from './server-handshake.ts'
import type { Status } from './status.ts'

const { entityId, userId, server: serverEntityId, sealedState, iv } = ASSIGNMENT

/** A server that knows the user of the vectors, made of the pure functions alone. */
function createServer(refusal?: { at: 1 | 2; status: Exclude<Status, 200>; retryAfter?: number }) {
  let state: AssignmentState | undefined
  return async (octets: Uint8Array): Promise<Uint8Array> => {
    const message = decodeMessage(octets) as EuKeyAssignmentRequest | AuthenticateResponse
    const isFirst = message.name === 'EUKeyAssignmentRequest'
    if (refusal?.at === (isFirst ? 1 : 2)) {
      const { at: _, ...answer } = refusal
      const { transactionId } = message
      const head = { transactionId, entityId: serverEntityId, ...answer }
      return encodeMessage({ name: 'EUKeyAssignmentResponse', ...head })
    }
    if (isFirst) {
      state = openAssignment(octets, message, {
        role: 'pn-gw',
        euKeyId: ASSIGNMENT_FILE.keyId,
        kdf: ASSIGNMENT.kdf,
        algorithm: 'HMAC-SHA-256',
        randomServer: ASSIGNMENT.randomServer,
        sessionLifetime: 60,
        nowMs: 1,
      })
      return authenticateRequestOf(state, sealedState, serverEntityId)
    }
    if (state === undefined) throw new Error('no exchange')
    const proof = { octets, message, state, sealedState, serverEntityId }
    const verdict = judgeAssignment({ ...proof, passwordKeys: passwordKeys() })
    if (verdict.outcome === 'verified') {
      return verdict.answer({ euKey: assignedKey(), lifetimeSeconds: 60, iv })
    }
    const { transactionId } = message
    const head = { transactionId, entityId: serverEntityId, status: 401 } as const
    return encodeMessage({ name: 'EUKeyAssignmentResponse', ...head })
  }
}

function ask(typed: string, exchange = createServer()) {
  const seen: string[] = []
  const password = parsePassword(typed)
  const outcome = requestEuKey(
    { entityId, userId, password, algorithms: ['HMAC-SHA-256'] },
    {
      random: createSeededRandom('request-eukey'),
      exchange,
      seen: (side, octets) => seen.push(`${side} ${decodeMessage(octets).name}`),
    },
  )
  return { outcome, seen }
}

test('four messages, then the EUKey', async () => {
  const { outcome, seen } = ask(ASSIGNMENT_FILE.passwordTyped)
  const { keyId, euKey, lifetimeSeconds } = await outcome
  expect([keyId, lifetimeSeconds]).toEqual([ASSIGNMENT_FILE.keyId, 60])
  expect(euKey.equals(assignedKey())).toBe(true)
  expect(seen).toEqual([
    'sent EUKeyAssignmentRequest',
    'received AuthenticateRequest',
    'sent AuthenticateResponse',
    'received EUKeyAssignmentResponse',
  ])
})

describe('refusals', () => {
  test('a wrong password is 401, without saying which of the two was wrong', async () => {
    const { outcome, seen } = ask('wrong')
    await expect(outcome).rejects.toThrow('UserID or password is wrong (status 401)')
    await expect(outcome).rejects.toBeInstanceOf(AuthenticationFailed)
    expect(seen).toHaveLength(4)
  })

  test.each([
    [{ at: 1, status: 429, retryAfter: 8 }, 'too many attempts; try again in 8 s (status 429)'],
    [{ at: 2, status: 403 }, 'gives this entity no EUKey of this user (status 403)'],
    [{ at: 1, status: 426 }, 'the server gave no EUKey (status 426)'],
  ] as const)('%o', async (refusal, sentence) => {
    const { outcome } = ask('x', createServer(refusal))
    const error = await outcome.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AssignmentRefused)
    expect(error).toMatchObject({ status: refusal.status })
    expect((error as Error).message).toContain(sentence)
  })

  test('what the way throws, it throws', async () => {
    const { outcome } = ask('x', () => Promise.reject(new TransportFailed('no way')))
    await expect(outcome).rejects.toThrow(TransportFailed)
  })
})
