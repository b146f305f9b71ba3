import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { derivePasswordKeys, parsePassword } from '../cpns/password-keys.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const ENTITY = parseEntityId('urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a20')
const ALICE = parseUserId('alice')

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'cpns-user-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const user = (...args: string[]) => runProgram(['user', ...args, '--data', data])

function passwordFile(password: string): string[] {
  const file = join(data, 'password')
  writeFileSync(file, `${password}\n`)
  return ['--password-file', file]
}

async function withServer<T>(work: (store: ReturnType<typeof openServerStore>) => Promise<T>) {
  const folder = await openDataFolder(data, { create: true }, createSystemRandom())
  const store = openServerStore(folder.file(SERVER_DATABASE), folder.sealer)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const isPassword = (password: string): Promise<boolean> =>
  withServer(async (store) => {
    const found = await store.findUser(ALICE)
    if (found === undefined) return false
    const { authKey } = await derivePasswordKeys(parsePassword(password), found.kdf)
    return found.keys.authKey.equals(authKey)
  })

test('a user is added with a password that is stored nowhere', async () => {
  const { status, stdout } = await user('add', 'alice', ...passwordFile('first secret'))
  expect([status, stdout]).toEqual([0, 'User alice is added.\n'])
  expect(await isPassword('first secret')).toBe(true)
  expect(readFileSync(join(data, SERVER_DATABASE)).includes('first secret')).toBe(false)
  const again = await user('add', 'alice', ...passwordFile('other'))
  expect(usageErrorOf(again)).toContain('there is a user alice already')
  expect(await isPassword('first secret')).toBe(true)
})

test('another password takes the place of the former', async () => {
  await user('add', 'alice', ...passwordFile('first'))
  expect((await user('passwd', 'alice', ...passwordFile('second'))).status).toBe(0)
  expect([await isPassword('first'), await isPassword('second')]).toEqual([false, true])
  const { status, stderr } = await user('passwd', 'bob', ...passwordFile('x'))
  expect([status, stderr]).toEqual([1, 'cpns: there is no user bob\n'])
})

test('users are listed without any key, and removed', async () => {
  expect((await user('add', 'alice', ...passwordFile('x'))).status).toBe(0)
  const { stdout } = await user('list')
  expect(stdout).toMatch(/^alice {2}password of \d{4}-\d\d-\d\dT\S+Z\n$/)
  const [line = ''] = (await user('list', '--json')).stdout.split('\n')
  expect(Object.keys(JSON.parse(line) as object)).toEqual(['userId', 'created', 'passwordOf'])
  expect((await user('remove', 'alice')).stdout).toContain('User alice is removed')
  expect((await user('remove', 'alice')).status).toBe(1)
  expect((await user('list')).stdout).toBe('There is no user.\n')
})

test('a user is linked to an entity of an IMPI, and not any more', async () => {
  await user('add', 'alice', ...passwordFile('x'))
  const owner = { kind: 'impi', id: 'a@b.example' } as const
  await withServer((store) => store.bindEntity({ entityId: ENTITY, owner, boundAtMs: 1 }))
  const linked = () =>
    withServer(async (store) => (await store.findEntity(ENTITY))?.linkedUserId ?? 'nobody')
  const { stdout } = await user('link', 'alice', '--entity', ENTITY)
  expect(stdout).toBe(`${ENTITY} takes EUKeys by the password of alice.\n`)
  expect(await linked()).toBe('alice')
  const show = () => runProgram(['entity', 'show', ENTITY, '--data', data])
  expect((await show()).stdout).toContain('\n  takes EUKeys by the password of alice\n')
  await user('add', 'carol', ...passwordFile('x'))
  const others = await user('link', 'carol', '--entity', ENTITY, '--off')
  expect([others.status, others.stderr]).toEqual([1, `cpns: carol is not linked to ${ENTITY}\n`])
  expect(await linked()).toBe('alice')
  expect((await user('link', 'alice', '--entity', ENTITY, '--off')).status).toBe(0)
  expect(await linked()).toBe('nobody')
  const carol = { kind: 'user', id: 'carol' } as const
  await withServer((store) => store.rebindEntity({ entityId: ENTITY, owner: carol, boundAtMs: 2 }))
  const owned = await user('link', 'alice', '--entity', ENTITY)
  expect(usageErrorOf(owned)).toContain(`${ENTITY} belongs to a CPNS User`)
  expect((await user('link', 'bob', '--entity', ENTITY)).stderr).toContain('no user bob')
  const other = await user('link', 'alice', '--entity', 'urn:x:other')
  expect(other.stderr).toContain('urn:x:other has no owner here')
})

test('a password on the command line is no way, and without a terminal nobody is asked', async () => {
  expect(usageErrorOf(await user('add', 'alice', '--password', 'x'))).toContain('unknown option')
  expect(usageErrorOf(await user('add', 'alice'))).toContain('no terminal')
  expect(usageErrorOf(await user('add', '', ...passwordFile('x')))).toContain('user: not 1 to 128')
})
