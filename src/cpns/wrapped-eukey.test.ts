import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import {
  ASSIGNMENT,
  ASSIGNMENT_FILE,
  type AssignmentVector,
  assignedKey,
  passwordKeys,
} from './assignment-vectors.fixture.ts'
import { unwrapEuKey, type WrapContext, wrapEuKey } from './wrapped-eukey.ts'

const contextOf = ({ digests }: AssignmentVector): WrapContext => ({
  ...ASSIGNMENT,
  digests: [fromHex(digests[0]), fromHex(digests[1]), fromHex(digests[2])],
  keyId: ASSIGNMENT_FILE.keyId,
  lifetimeSeconds: ASSIGNMENT_FILE.lifetimeSeconds,
})
const [VECTOR] = ASSIGNMENT_FILE.vectors as [AssignmentVector]

describe.each(ASSIGNMENT_FILE.vectors)('vector $algorithm', (vector) => {
  test('wraps and unwraps', () => {
    const { wrapBase } = passwordKeys()
    const wrapped = wrapEuKey(wrapBase, contextOf(vector), assignedKey())
    expect(toHex(wrapped)).toBe(vector.wrapped)
    expect(unwrapEuKey(wrapBase, contextOf(vector), wrapped)?.equals(assignedKey())).toBe(true)
  })
})

const other = (octets: Uint8Array): Uint8Array => Uint8Array.from(octets, (octet) => octet ^ 1)
const [first, second, third] = contextOf(VECTOR).digests

test.each([
  ['randomClient', { randomClient: other(ASSIGNMENT.randomClient) }],
  ['randomServer', { randomServer: other(ASSIGNMENT.randomServer) }],
  ['EUKeyAssignmentRequest', { digests: [other(first), second, third] }],
  ['AuthenticateRequest', { digests: [first, other(second), third] }],
  ['AuthenticateResponse', { digests: [first, second, other(third)] }],
  ['order of messages', { digests: [second, first, third] }],
  ['EntityID', { entityId: parseEntityId('urn:uuid:another') }],
  ['UserID', { userId: parseUserId('another') }],
  ['KeyID', { keyId: 'another' }],
  ['Lifetime', { lifetimeSeconds: ASSIGNMENT_FILE.lifetimeSeconds + 1 }],
  ['IV', { iv: other(ASSIGNMENT.iv) }],
] as [string, Partial<WrapContext>][])('does not open with another %s', (_, change) => {
  const { wrapBase } = passwordKeys()
  // Wrapped here and not in the vector, so that what does not count at all is found by opening.
  const wrapped = wrapEuKey(wrapBase, contextOf(VECTOR), assignedKey())
  expect(unwrapEuKey(wrapBase, contextOf(VECTOR), wrapped)).toBeDefined()
  const context = { ...contextOf(VECTOR), ...change }
  expect(unwrapEuKey(wrapBase, context, wrapped)).toBeUndefined()
})

test('does not open under another password, nor with an octet altered', () => {
  const wrapped = fromHex(VECTOR.wrapped)
  const { authKey, wrapBase } = passwordKeys()
  expect(unwrapEuKey(authKey, contextOf(VECTOR), wrapped)).toBeUndefined()
  for (let n = 0; n < wrapped.length; n++) {
    const altered = wrapped.map((octet, index) => (index === n ? octet ^ 0x80 : octet))
    expect(unwrapEuKey(wrapBase, contextOf(VECTOR), altered)).toBeUndefined()
  }
})

test('refuses keys and random numbers of another length', () => {
  const { wrapBase } = passwordKeys()
  const short = Secret.of(new Uint8Array(16))
  expect(() => wrapEuKey(wrapBase, contextOf(VECTOR), short)).toThrow(RangeError)
  const context = { ...contextOf(VECTOR), randomClient: new Uint8Array(15) }
  expect(() => wrapEuKey(wrapBase, context, assignedKey())).toThrow('RAND of the client')
})
