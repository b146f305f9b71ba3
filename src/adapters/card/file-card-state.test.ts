import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { utf8 } from '../../octets/octets.ts'
import { createTestCard, SELECT_USIM } from '../../uicc/uicc.fixture.ts'
import { createFileCardState } from './file-card-state.ts'

let folder: string
let path: string
let stores = 0
const open = () => createFileCardState(path, createSeededRandom(`state ${stores++}`))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-card-'))
  path = join(folder, 'usim.state')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('one file', () => {
  test('what was saved last is loaded, by its owner alone', async () => {
    const store = open()
    expect(await store.load()).toBeUndefined()
    await store.save(utf8('one'))
    await store.save(utf8('two'))
    expect(await store.load()).toEqual(utf8('two'))
    expect(await open().load()).toEqual(utf8('two'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['usim.state'])
  })

  test('drafts of killed processes are removed, other files are not', async () => {
    writeFileSync(path, 'old')
    writeFileSync(`${path}.0123.new`, 'half')
    writeFileSync(join(folder, 'other.new'), 'kept')
    expect(await open().load()).toEqual(utf8('old'))
    expect(readdirSync(folder).sort()).toEqual(['other.new', 'usim.state'])
  })

  test('a state that another process wrote is not overwritten', async () => {
    const [first, second] = [open(), open()]
    await first.load()
    await second.load()
    await second.save(utf8('second'))
    await expect(first.save(utf8('first'))).rejects.toThrow('another process uses this card')
    expect(readFileSync(path, 'utf8')).toBe('second')
    await first.load()
    await first.save(utf8('first'))
    await expect(second.save(utf8('again'))).rejects.toThrow(StoreFailed)
    rmSync(path)
    await expect(first.save(utf8('gone'))).rejects.toThrow(StoreFailed)
  })

  test('of processes that write at the same time one does, and the others are told', async () => {
    for (let round = 0; round < 8; round++) {
      const rivals = [open(), open(), open()]
      for (const rival of rivals) await rival.load()
      const saved = await Promise.allSettled(
        rivals.map((rival, index) => rival.save(utf8(`${round} ${index}`))),
      )
      const winner = saved.findIndex(({ status }) => status === 'fulfilled')
      expect(readFileSync(path, 'utf8')).toBe(`${round} ${winner}`)
      const refused = saved.filter((one) => one.status === 'rejected')
      expect(refused.map(({ reason }) => String(reason))).toEqual([
        expect.stringContaining('another process uses this card'),
        expect.stringContaining('another process uses this card'),
      ])
      expect(readdirSync(folder)).toEqual(['usim.state'])
    }
  })

  test('the claim of a killed process: the card writes after its next reset', async () => {
    const store = open()
    await store.load()
    writeFileSync(`${path}.claim.new`, '')
    await expect(store.save(utf8('one'))).rejects.toThrow('another process uses this card')
    await store.load()
    await store.save(utf8('one'))
    expect(readdirSync(folder)).toEqual(['usim.state'])
  })

  test('a draft that cannot be written: the old state stays', async () => {
    path = join(folder, 'x'.repeat(245))
    writeFileSync(path, 'old')
    const store = open()
    await store.load()
    await expect(store.save(utf8('new'))).rejects.toThrow('cannot be written (ENAMETOOLONG)')
    expect(await store.load()).toEqual(utf8('old'))
    expect(readdirSync(folder)).toHaveLength(1)
  })

  test('a path that is no file is named', async () => {
    mkdirSync(path)
    await expect(open().load()).rejects.toThrow(`card state ${path}: it cannot be read (EISDIR)`)
    path = join(folder, 'missing', 'usim.state')
    await expect(open().load()).rejects.toThrow('it cannot be read (ENOENT)')
    await expect(open().save(utf8('x'))).rejects.toThrow('it cannot be written (ENOENT)')
  })
})

describe('a process killed at any moment', () => {
  test('the card has every SQN that it answered, and starts again', async () => {
    for (let round = 0; round < 6; round++) {
      const writer = spawn(
        process.execPath,
        ['--import', 'tsx', join(import.meta.dirname, 'card-user.fixture.ts'), path, String(round)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      const answered = await killAfter(writer, 3 + 7 * round)
      expect(answered.length).toBeGreaterThan(0)
      const state = { ...open(), stored: undefined, saves: 0, failure: undefined }
      const card = await createTestCard({}, { state })
      await card.send(SELECT_USIM)
      expect(await card.send(answered.at(-1) as string)).toBe('6110')
    }
  }, 120_000)
})

/** Kills the process once it has reported `count` answers; gives the commands that it reported. */
async function killAfter(writer: ChildProcess, count: number): Promise<string[]> {
  let output = ''
  writer.stdout?.on('data', (data: Buffer) => {
    output += data.toString()
    if (output.split('\n').length > count) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  return output.split('\n').slice(0, -1)
}
