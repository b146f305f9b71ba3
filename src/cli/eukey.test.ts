import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCpns } from '../../test/support/run-cpns.ts'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openServerStore } from '../adapters/sqlite/server-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { SERVER_DATABASE } from '../lab/lab-files.ts'
import { toHex } from '../octets/octets.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const WATCH = parseEntityId('urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a10')
const SENSOR = parseEntityId('urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a11')
const KEY = '5a'.repeat(16) + 'c3'.repeat(16)

interface Shown {
  readonly id: string
  readonly entityId: string
  readonly owner: { readonly kind: string; readonly id: string }
  readonly state: string
  readonly expires: string
  readonly key?: string
}

let root: string
let data: string
let keyFile: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cpns-eukey-'))
  data = join(root, 'data')
  keyFile = join(root, 'key')
  writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 })
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

const eukey = (verb: string, ...args: string[]) =>
  runProgram(['eukey', verb, '--data', data, ...args])
const add = (...args: string[]) => eukey('add', '--entity', WATCH, '--user', 'alice', ...args)
const shownOf = (stdout: string): Shown[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Shown)

/** The key that the server would use for an entity now. */
async function storedKey(entity = WATCH): Promise<string | undefined> {
  const folder = await openDataFolder(data, { create: false }, createSystemRandom())
  const store = openServerStore(folder.file(SERVER_DATABASE), folder.sealer)
  const euKey = await store.findCurrentEuKey(entity, Date.now())
  await store.close()
  return euKey && toHex(euKey.key.reveal())
}

async function secondsLeft(...flags: string[]): Promise<number> {
  const [shown] = shownOf((await add('--json', ...flags)).stdout)
  return (Date.parse(shown?.expires ?? '') - Date.now()) / 1000
}

describe('add', () => {
  test('is refused for the address of an application', async () => {
    const args = ['--entity', 'urn:cpns:service:echo', '--user', 'alice']
    const { status, stderr } = await eukey('add', ...args)
    const reason = 'it speaks for the server or an application: no entity can have it'
    expect([status, stderr]).toEqual([2, `cpns: --entity: ${reason}\n`])
    expect(existsSync(data)).toBe(false)
  })

  test('makes a key and prints it, this once', async () => {
    const { status, stdout, stderr } = await add()
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(
      /^EUKey [0-9a-f]{32}, good until 2\S+Z\nof urn:uuid:\S+ \(user alice\)\n/,
    )
    const key = /^key ([0-9a-f]{64})$/m.exec(stdout)?.[1]
    expect(key).toBe(await storedKey())
    const others = [await eukey('list'), await eukey('list', '--json'), await eukey('show', WATCH)]
    for (const other of others) expect(other.stdout).not.toContain(key)
  })

  test('as JSON', async () => {
    const [shown] = shownOf((await add('--json')).stdout)
    expect(shown).toMatchObject({
      entityId: WATCH,
      owner: { kind: 'user', id: 'alice' },
      state: 'current',
    })
    expect(shown?.key).toBe(await storedKey())
  })

  test('a key of a file is taken and not printed', async () => {
    for (const flags of [[], ['--json']]) {
      const { status, stdout, stderr } = await add('--key-file', keyFile, ...flags)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).not.toMatch(/key\b.*[0-9a-f]{64}|5a5a5a/i)
    }
    expect(await storedKey()).toBe(KEY)
  })

  test('a key of standard input', async () => {
    const flags = ['--data', data, '--entity', WATCH, '--user', 'alice', '--key-file', '-']
    const { status, stderr } = await runCpns(['eukey', 'add', ...flags], `${KEY}\n`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(await storedKey()).toBe(KEY)
  })

  test('a second key replaces the first', async () => {
    await add('--key-file', keyFile)
    await add()
    expect(await storedKey()).not.toBe(KEY)
    const states = shownOf((await eukey('show', WATCH, '--json')).stdout).map(({ state }) => state)
    expect(states).toEqual(['replaced', 'current'])
  })

  test('lives as long as was said, by default 30 days', async () => {
    expect(Math.abs((await secondsLeft()) - 30 * 86_400)).toBeLessThan(5)
    expect(Math.abs((await secondsLeft('--lifetime', '60')) - 60)).toBeLessThan(5)
  })

  test('an entity of another owner is refused, and keeps its key', async () => {
    await add('--key-file', keyFile)
    const other = await eukey('add', '--entity', WATCH, '--user', 'bob')
    expect(usageErrorOf(other)).toContain(`${WATCH} belongs to another owner`)
    expect(await storedKey()).toBe(KEY)
  })
})

describe('add refuses with one line, and makes nothing', () => {
  afterEach(() => {
    expect(existsSync(data)).toBe(false)
  })

  test.each([
    ['--entity', ''],
    ['--entity', 'no uri'],
    ['--entity', `urn:${'x'.repeat(256)}`],
    ['--user', ''],
    ['--user', 'a\u0007b'],
    ['--user', 'x'.repeat(129)],
    ['--lifetime', '0'],
    ['--lifetime', '1.5'],
    ['--lifetime', 'long'],
  ])('%s "%s"', async (flag, value) => {
    expect(usageErrorOf(await add(flag, value))).toContain(flag)
  })

  test.each([
    ['too short', KEY.slice(2)],
    ['too long', `${KEY}00`],
    ['no hex', `${KEY.slice(1)}g`],
    ['odd', KEY.slice(1)],
    ['empty', ''],
  ])('a key file that is %s; its content is not shown', async (_, text) => {
    writeFileSync(keyFile, text)
    const line = usageErrorOf(await add('--key-file', keyFile))
    expect(line).toContain('--key-file')
    expect(line).not.toContain('5a5a')
  })

  test('a key file that is missing or a folder', async () => {
    expect(usageErrorOf(await add('--key-file', join(root, 'none')))).toContain('ENOENT')
    expect(usageErrorOf(await add('--key-file', root))).toContain('it is a folder')
  })

  test.each(['--entity', '--user', '--data'])('without %s', async (flag) => {
    const flags = { '--data': data, '--entity': WATCH, '--user': 'alice' }
    const given = Object.entries(flags).filter(([name]) => name !== flag)
    expect(usageErrorOf(await runProgram(['eukey', 'add', ...given.flat()]))).toContain(flag)
  })
})

describe('list and show', () => {
  test('every EUKey, or those of one entity', async () => {
    await add()
    await eukey('add', '--entity', SENSOR, '--user', 'bob')
    const all = shownOf((await eukey('list', '--json')).stdout)
    expect(all.map(({ entityId, owner }) => [entityId, owner.id])).toEqual([
      [WATCH, 'alice'],
      [SENSOR, 'bob'],
    ])
    expect(shownOf((await eukey('show', SENSOR, '--json')).stdout)).toEqual([all[1]])
    const lines = (await eukey('list')).stdout.trim().split('\n')
    expect(lines[0]).toMatch(/^urn:uuid:\S+10 {2}until 2\S+Z$/)
    expect(lines[1]).toBe('  current  assigned  user alice')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('none', async () => {
    await add()
    await eukey('remove', WATCH)
    expect(await eukey('list')).toEqual({ status: 0, stdout: 'There is no EUKey.\n', stderr: '' })
    expect((await eukey('list', '--json')).stdout).toBe('')
    expect(await eukey('show', WATCH)).toEqual({
      status: 1,
      stdout: '',
      stderr: `cpns: ${WATCH} has no EUKey here\n`,
    })
  })
})

describe('remove', () => {
  test('takes the keys of one entity away', async () => {
    await add()
    await eukey('add', '--entity', SENSOR, '--user', 'bob')
    const removed = await eukey('remove', WATCH)
    expect(removed).toMatchObject({ status: 0, stderr: '' })
    expect(removed.stdout).toContain(WATCH)
    expect(await storedKey()).toBeUndefined()
    expect(await storedKey(SENSOR)).toBeDefined()
    expect((await eukey('remove', WATCH)).status).toBe(1)
  })
})

describe('a data folder that cannot be used', () => {
  test('a mistyped one is not made by who only looks', async () => {
    expect(usageErrorOf(await eukey('list'))).toContain(data)
    expect(usageErrorOf(await eukey('show', WATCH))).toContain(data)
    expect(usageErrorOf(await eukey('remove', WATCH))).toContain(data)
    expect(existsSync(data)).toBe(false)
  })

  test('a file, and a folder without a master key', async () => {
    mkdirSync(data)
    expect(usageErrorOf(await eukey('list'))).toContain('master.key')
    rmSync(data, { recursive: true })
    writeFileSync(data, '')
    expect(usageErrorOf(await eukey('list'))).toContain(data)
    expect(usageErrorOf(await add())).toContain(data)
  })

  test('an entity that is no EntityID', async () => {
    expect(usageErrorOf(await eukey('show', 'watch'))).toContain('entity')
    expect(usageErrorOf(await eukey('remove', 'watch'))).toContain('entity')
  })
})
