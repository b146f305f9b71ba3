import { expect, test } from 'vitest'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { attemptSubjectsOf, subjectList } from './attempt-subjects.ts'
import { passwordPolicyOf } from './password-policy.ts'

test('the addresses of one IPv6 network are one', () => {
  const nameOf = (address: string) => {
    const names = { userId: parseUserId('u'), entityId: parseEntityId('urn:x:y') }
    return attemptSubjectsOf({ ...names, address }, passwordPolicyOf({})).address.name
  }
  expect(nameOf('2001:db8::1')).toBe(nameOf('2001:db8::2'))
  expect(nameOf('2001:db8::1')).not.toBe(nameOf('2001:db8:0:1::1'))
})

test('user, entity and address are held to account, and are never taken for each other', () => {
  const same = 'urn:x:y'
  const attempt = {
    userId: parseUserId(same),
    entityId: parseEntityId(same),
    address: same,
  }
  const policy = passwordPolicyOf({ freeAttempts: { user: 1, entity: 2, address: 3 } })
  expect(subjectList(attemptSubjectsOf(attempt, policy))).toEqual([
    { name: 'user urn:x:y', freeAttempts: 1 },
    { name: 'entity urn:x:y', freeAttempts: 2 },
    { name: 'address urn:x:y', freeAttempts: 3 },
  ])
})
