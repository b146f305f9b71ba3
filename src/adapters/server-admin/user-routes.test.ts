import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GATEWAY_ID, settle } from '../../../test/support/cpns-world.ts'
import { attachByHand, connected } from '../../../test/support/hand-client.ts'
import { provisionEuKey } from '../../cpns-server/provision-eukey.ts'
import { Secret } from '../../crypto/secret.ts'
import { parseUserId } from '../../identity/user-id.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { type AdminWorld, inPath, startAdminWorld } from './server-admin.fixture.ts'

const ALICE = { userId: 'alice', password: 'correct horse' }
const LINK = `/admin/users/alice/entities/${inPath(GATEWAY_ID)}`

let admin: AdminWorld
beforeEach(async () => {
  admin = await startAdminWorld()
})
afterEach(() => admin.close())

test('added, shown without a key, given another password, and removed', async () => {
  const { store } = admin.world
  const added = await admin.ask('POST', '/admin/users', { body: ALICE })
  expect(added.status).toBe(201)
  expect(Object.keys(added.json as object)).toEqual(['userId', 'created', 'passwordOf'])
  expect((await admin.ask('POST', '/admin/users', { body: ALICE })).status).toBe(409)
  expect((await admin.ask('GET', '/admin/users/alice')).json).toEqual(added.json)
  const before = await store.findUser(parseUserId('alice'))
  const body = { password: 'battery' }
  expect(await admin.ask('PUT', '/admin/users/alice/password', { body })).toEqual({
    status: 204,
    json: undefined,
  })
  const after = await store.findUser(parseUserId('alice'))
  expect(before && after?.keys.authKey.equals(before.keys.authKey)).toBe(false)
  expect((await admin.ask('DELETE', '/admin/users/alice')).status).toBe(204)
  for (const [method, path] of [
    ['GET', '/admin/users/alice'],
    ['DELETE', '/admin/users/alice'],
    ['PUT', '/admin/users/alice/password'],
  ] as const) {
    expect((await admin.ask(method, path, method === 'PUT' ? { body } : {})).status).toBe(404)
  }
})

test('listed by name, page by page', async () => {
  for (const userId of ['c', 'a', 'b/é']) {
    await admin.ask('POST', '/admin/users', { body: { ...ALICE, userId } })
  }
  const page = async (query: string) =>
    (await admin.ask('GET', `/admin/users?${query}`)).json as {
      users: { userId: string }[]
      next?: string
    }
  const first = await page('limit=2')
  expect([first.users.map(({ userId }) => userId), first.next]).toEqual([['a', 'b/é'], 'b/é'])
  const second = await page(`limit=2&after=${inPath(first.next ?? '')}`)
  expect([second.users.map(({ userId }) => userId), second.next]).toEqual([['c'], undefined])
  expect((await admin.ask('DELETE', `/admin/users/${inPath('b/é')}`)).status).toBe(204)
})

test('a UserID of 128 characters of four octets each can be named in a path', async () => {
  const userId = '😀'.repeat(128)
  expect((await admin.ask('POST', '/admin/users', { body: { ...ALICE, userId } })).status).toBe(201)
  const path = `/admin/users/${inPath(userId)}`
  expect((await admin.ask('GET', path)).json).toMatchObject({ userId })
  expect((await admin.ask('DELETE', path)).status).toBe(204)
})

describe('each bad field is named, and no password repeated', () => {
  test.each([
    ['no password', { userId: 'alice' }, ['password: ']],
    ['an empty one', { ...ALICE, password: '' }, ['password: not 1 to 256 characters']],
    ['a line end in it', { ...ALICE, password: 'correct\nhorse' }, ['password: holds a control']],
    ['no NFC', { ...ALICE, userId: 'e\u0301' }, ['userId: not in normal form C']],
    ['both', { userId: '', password: '' }, ['userId: not 1 to 128', 'password: not 1 to 256']],
    ['something else', { ...ALICE, admin: true }, ['body: ', '"admin"']],
  ])('%s is 400', async (_, body, named) => {
    const { status, json } = await admin.ask('POST', '/admin/users', { body })
    expect(status).toBe(400)
    const { detail } = json as { detail: string }
    for (const text of named) expect(detail).toContain(text)
    expect(detail).not.toContain('correct')
  })

  test('in a path too', async () => {
    const { status, json } = await admin.ask('GET', `/admin/users/${inPath('a\u0007')}`)
    expect([status, json]).toMatchObject([400, { detail: 'userId: holds a control character' }])
  })
})

describe('a link to the entity of an IMPI', () => {
  const entityOf = () => admin.world.store.findEntity(GATEWAY_ID)

  test('is made once both are there, and taken back from whom it was made for', async () => {
    expect((await admin.ask('PUT', LINK)).status).toBe(404)
    await admin.ask('POST', '/admin/users', { body: ALICE })
    expect(await admin.ask('PUT', LINK)).toMatchObject({
      status: 404,
      json: { detail: 'The entity has no owner' },
    })
    await connected(admin.world)
    expect((await admin.ask('PUT', LINK)).status).toBe(204)
    expect(await entityOf()).toMatchObject({ owner: { kind: 'impi' }, linkedUserId: 'alice' })
    const others = LINK.replace('alice', 'bob')
    expect((await admin.ask('DELETE', others)).status).toBe(404)
    expect((await admin.ask('DELETE', LINK)).status).toBe(204)
    expect((await admin.ask('DELETE', LINK)).status).toBe(404)
    expect(await entityOf()).not.toHaveProperty('linkedUserId')
  })

  test('not to one of a CPNS User', async () => {
    await admin.ask('POST', '/admin/users', { body: ALICE })
    const owner = { kind: 'user', id: 'bob' } as const
    await admin.world.store.bindEntity({ entityId: GATEWAY_ID, owner, boundAtMs: 1 })
    expect((await admin.ask('PUT', LINK)).status).toBe(409)
  })

  test('a user who goes takes the session along at once', async () => {
    const { world } = admin
    await admin.ask('POST', '/admin/users', { body: ALICE })
    const key = Secret.of(new Uint8Array(32).fill(5))
    const wish = { entityId: GATEWAY_ID, userId: parseUserId('alice'), key, lifetimeSeconds: 60 }
    await provisionEuKey(wish, { ...world, random: createSystemRandom() })
    const session = await connected(world, { keyType: 'assigned', euKey: key })
    await attachByHand(world.connect(), session)
    expect(world.server.attachedCount).toBe(1)
    expect((await admin.ask('DELETE', '/admin/users/alice')).status).toBe(204)
    await settle()
    expect(world.server.attachedCount).toBe(0)
  })
})
