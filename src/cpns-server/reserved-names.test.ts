import { expect, test } from 'vitest'
import { GATEWAY_ID, SERVER_ID } from '../../test/support/cpns-world.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { isReservedName } from './reserved-names.ts'

const server = { options: { entityId: SERVER_ID } }

test.each([
  [SERVER_ID, true],
  [parseEntityId('urn:cpns:service:echo'), true],
  [parseEntityId('urn:cpns:service:No-such-Name'), true],
  [parseEntityId('urn:cpns:servicebook'), false],
  [GATEWAY_ID, false],
])('%s: %s', (entityId, isReserved) => {
  expect(isReservedName(entityId, server)).toBe(isReserved)
})
