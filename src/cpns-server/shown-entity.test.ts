import { expect, test } from 'vitest'
import {
  ALICE,
  NOW,
  PHONE,
  sampleCompletion,
  sampleEuKey,
  sampleSession,
  sampleUser,
  USER,
  WATCH,
} from '../../test/contracts/server-store.samples.ts'
import { createCpnsWorld } from '../../test/support/cpns-world.ts'
import {
  describeEntity,
  describeEntityInFull,
  describeEuKey,
  describeSession,
  describeUser,
  shownEntityInFullSchema,
  shownEntitySchema,
  shownEuKeySchema,
  shownSessionSchema,
  shownUserSchema,
} from './shown-entity.ts'

const at = new Date(NOW).toISOString()

test('each as its schema says, and never a key, even if one is handed in', () => {
  const entity = { entityId: PHONE, owner: ALICE, boundAtMs: NOW }
  const owner = { kind: 'impi', id: 'alice@ims.example' }
  expect(describeEntity(entity)).toEqual({ entityId: PHONE, owner, bound: at })
  const linked = describeEntity({ ...entity, linkedUserId: USER })
  expect(shownEntitySchema.parse(linked)).toMatchObject({ linkedUser: USER })
  const euKey = describeEuKey({ ...sampleEuKey(1), state: 'current' })
  expect(shownEuKeySchema.parse(euKey)).toMatchObject({ id: 'btid-1', owner, created: at })
  const session = sampleSession(1, sampleEuKey(1))
  expect(describeSession(session)).not.toHaveProperty('via')
  const behind = describeSession({ ...session, role: 'pne', via: WATCH })
  expect(shownSessionSchema.parse(behind)).toMatchObject({ via: WATCH, since: at })
  const user = describeUser(sampleUser({ changedAtMs: NOW + 1000 }))
  expect(shownUserSchema.parse(user)).toEqual({
    userId: USER,
    created: at,
    passwordOf: new Date(NOW + 1000).toISOString(),
  })
})

test('an entity with all that it has, and nothing of others', async () => {
  const world = createCpnsWorld()
  const { store } = world
  expect(await describeEntityInFull(store, PHONE, NOW)).toBeUndefined()
  await store.completeHandshake(sampleCompletion(1, sampleEuKey(1)), NOW)
  const other = sampleCompletion(2, sampleEuKey(2, { entityId: WATCH }))
  await store.completeHandshake(other, NOW)
  const shown = await describeEntityInFull(store, PHONE, NOW)
  expect(shownEntityInFullSchema.parse(shown)).toMatchObject({
    entityId: PHONE,
    euKeys: [{ id: 'btid-1' }],
    sessions: [{ euKeyId: 'btid-1' }],
  })
  await world.close()
})
