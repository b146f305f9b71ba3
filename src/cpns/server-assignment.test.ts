import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import {
  ASSIGNMENT,
  ASSIGNMENT_FILE,
  type AssignmentVector,
  assignedKey,
  assignmentStateOf,
  ISSUED_AT_MS,
  passwordKeys,
} from './assignment-vectors.fixture.ts'
import { decodeExchangeState, encodeExchangeState } from './exchange-state.ts'
import {
  type AuthenticateResponse,
  decodeMessage,
  type EuKeyAssignmentRequest,
} from './messages.ts'
import {
  type AssignmentProof,
  isAssignment,
  judgeAssignment,
  openAssignment,
} from './server-assignment.ts'
import { authenticateRequestOf } from './server-handshake.ts'

const { server: serverEntityId, sealedState, iv } = ASSIGNMENT
const [HMAC, SHA_1] = ASSIGNMENT_FILE.vectors as [AssignmentVector, AssignmentVector]

function proofOf(vector: AssignmentVector, response = vector.messages.response): AssignmentProof {
  const octets = utf8(response)
  return {
    octets,
    message: decodeMessage(octets) as AuthenticateResponse,
    state: assignmentStateOf(vector),
    sealedState,
    serverEntityId,
    passwordKeys: passwordKeys(),
  }
}

describe.each(ASSIGNMENT_FILE.vectors)('vector $algorithm', (vector) => {
  test('State has what M-4 lists, and the AuthenticateRequest is the same octets every time', () => {
    const state = assignmentStateOf(vector)
    expect(state).toMatchObject({
      kind: 'assignment',
      entityId: ASSIGNMENT_FILE.entityId,
      userId: ASSIGNMENT_FILE.userId,
      role: 'pn-gw',
      keyType: 'assigned',
      euKeyId: ASSIGNMENT_FILE.keyId,
      kdf: ASSIGNMENT.kdf,
      sessionLifetime: 3600,
      issuedAtMs: ISSUED_AT_MS,
    })
    const reopened = decodeExchangeState(encodeExchangeState(state))
    expect(reopened).toEqual(state)
    expect(isAssignment(reopened)).toBe(true)
    for (const one of [state, reopened]) {
      const octets = authenticateRequestOf(one, sealedState, serverEntityId)
      expect(fromUtf8(octets)).toBe(vector.messages.challenge)
    }
  })

  test('the right HASH gets the EUKey', () => {
    const verdict = judgeAssignment(proofOf(vector))
    if (verdict.outcome !== 'verified') throw new Error(verdict.outcome)
    const { lifetimeSeconds } = ASSIGNMENT_FILE
    const answer = verdict.answer({ euKey: assignedKey(), lifetimeSeconds, iv })
    expect(fromUtf8(answer)).toBe(vector.messages.answer)
  })
})

describe('a HASH that covers something else is wrong', () => {
  const changes: [string, Partial<AssignmentProof>][] = [
    ['other password', { passwordKeys: { ...passwordKeys(), authKey: passwordKeys().wrapBase } }],
    ['other EntityID of the server', { serverEntityId: ASSIGNMENT.entityId }],
    ['other State', { sealedState: sealedState.map((octet) => octet ^ 1) }],
    ['other RAND of the server', stateWith({ randomServer: new Uint8Array(16) })],
    ['other salt', stateWith({ kdf: { ...ASSIGNMENT.kdf, salt: new Uint8Array(16) } })],
    ['lower N', stateWith({ kdf: { ...ASSIGNMENT.kdf, n: 16_384 } })],
    ['other session lifetime', stateWith({ sessionLifetime: 1 })],
    ['other request', stateWith({ firstMessage: new Uint8Array(32) })],
  ]
  test.each(changes)('%s', (_, change) => {
    expect(judgeAssignment({ ...proofOf(HMAC), ...change }).outcome).toBe('hash-wrong')
  })

  test('the HASH of another profile', () => {
    const response = SHA_1.messages.response
    expect(judgeAssignment(proofOf(HMAC, response)).outcome).toBe('hash-wrong')
  })

  function stateWith(change: Partial<AssignmentProof['state']>) {
    return { state: { ...assignmentStateOf(HMAC), ...change } }
  }
})

test('the state of a connect exchange is no assignment', () => {
  const { userId: _, kdf: __, ...rest } = assignmentStateOf(HMAC)
  expect(isAssignment({ ...rest, kind: 'connect' })).toBe(false)
  expect(isAssignment(rest)).toBe(false)
})

test('profile cpns-1.0 refuses free octets in both messages, and a request over 1 KiB', () => {
  const { via: _, ...decision } = { via: undefined, ...assignmentStateOf(SHA_1), nowMs: 1 }
  const open = (text: string) =>
    openAssignment(utf8(text), decodeMessage(utf8(text)) as EuKeyAssignmentRequest, decision)
  const { request, response } = SHA_1.messages
  expect(() => open(request.replace('/>', '><!-- free --></EUKeyAssignmentRequest>'))).toThrow(
    InvalidMessage,
  )
  expect(() => open(request.replace('/>', `${' '.repeat(1024)}/>`))).toThrow('over 1024 octets')
  const commented = response.replace('<AuthResData', '<!-- free --><AuthResData')
  expect(() => judgeAssignment(proofOf(SHA_1, commented))).toThrow(InvalidMessage)
})
