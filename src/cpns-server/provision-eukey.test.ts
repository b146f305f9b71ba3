import { expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { Secret } from '../crypto/secret.ts'
import { StoreFailed } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { provisionEuKey } from './provision-eukey.ts'
import type { EuKey } from './server-store.ts'

const KEY = Secret.of(new Uint8Array(32).fill(3))
const WISH = {
  entityId: parseEntityId('urn:uuid:1'),
  userId: parseUserId('alice'),
  key: KEY,
  lifetimeSeconds: 90,
}

function world(assignEuKey: (euKey: EuKey) => Promise<'assigned' | 'other-owner'>) {
  const given: EuKey[] = []
  const ports = {
    clock: createVirtualClock(),
    random: createSeededRandom('provision'),
    store: {
      assignEuKey(euKey: EuKey) {
        given.push(euKey)
        return assignEuKey(euKey)
      },
    },
  }
  return { ports, given }
}

test('the entity gets the key, bound to the user, for as long as was said', async () => {
  const { ports, given } = world(() => Promise.resolve('assigned'))
  const euKey = await provisionEuKey(WISH, ports)
  const nowMs = ports.clock.nowMs()
  expect(given).toEqual([euKey])
  expect(euKey).toMatchObject({
    entityId: WISH.entityId,
    owner: { kind: 'user', id: 'alice' },
    source: 'assigned',
    keyType: 'assigned',
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 90_000,
  })
  expect(euKey?.key.equals(KEY)).toBe(true)
})

test('each has an id of its own: 16 random octets', async () => {
  const { ports } = world(() => Promise.resolve('assigned'))
  const ids = [await provisionEuKey(WISH, ports), await provisionEuKey(WISH, ports)].map(
    (euKey) => euKey?.id,
  )
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(ids[0]).not.toBe(ids[1])
})

test('nothing is given to an entity of another owner', async () => {
  const { ports } = world(() => Promise.resolve('other-owner'))
  expect(await provisionEuKey(WISH, ports)).toBeUndefined()
})

test('a store that fails is no success', async () => {
  const { ports } = world(() => Promise.reject(new StoreFailed('the disk is full')))
  await expect(provisionEuKey(WISH, ports)).rejects.toThrow('the disk is full')
})
