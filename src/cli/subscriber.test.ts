import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openHssStore } from '../adapters/sqlite/hss-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { createHss } from '../hss/create-hss.ts'
import { parseImpi } from '../identity/impi.ts'
import { HSS_DATABASE } from '../lab/lab-files.ts'
import { toHex } from '../octets/octets.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const ALICE = 'alice@ims.example'
const K = '465b5ce8b199b49faa5f0a2ee238a6bc'
const OPC = 'cd63cb71954a9f4e48a5994e37a02baf'

let root: string
let data: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cpns-subscriber-'))
  data = join(root, 'data')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const subscriber = (verb: string, ...args: string[]) =>
  runProgram(['subscriber', verb, '--data', data, ...args])
const add = (impi = ALICE, ...args: string[]) =>
  subscriber('add', '--impi', impi, '--k', K, '--opc', OPC, ...args)

/** The K that the HSS would use. */
async function storedKey(impi: string): Promise<string | undefined> {
  const folder = await openDataFolder(data, { create: false }, createSystemRandom())
  const store = openHssStore(folder.file(HSS_DATABASE), folder.sealer)
  const found = await store.findSubscriber(parseImpi(impi))
  await store.close()
  return found && toHex(found.subscriberKey.reveal())
}

describe('add', () => {
  test('what uicc new prints, word by word: MILENAGE, TUAK and an ISIM', async () => {
    for (const algorithm of ['milenage', 'tuak']) {
      const out = join(root, `${algorithm}.json`)
      const imsi = algorithm === 'tuak' ? '001010123456781' : '001010123456780'
      const flags = ['--impi', `${algorithm}@home.example`, '--algorithm', algorithm]
      const made = await runProgram(['uicc', 'new', '--imsi', imsi, ...flags, '--out', out])
      const lines = made.stdout.trim().split('\n')
      expect(lines).toHaveLength(2)
      for (const line of lines) {
        const [cpns, name, verb, ...words] = line.split(' ')
        expect([cpns, name, verb]).toEqual(['cpns', 'subscriber', 'add'])
        const { status, stderr } = await subscriber('add', ...words)
        expect(status, stderr).toBe(0)
        expect(await storedKey(words[1] ?? '')).toBe(words[words.indexOf('--k') + 1])
      }
    }
    expect((await subscriber('list')).stdout.trim().split('\n')).toHaveLength(4)
  })

  test('the HSS serves it, and nothing shows its keys', async () => {
    const runs = [
      await add(ALICE, '--key-lifetime', '3600'),
      await add('bob@ims.example', '--json', '--uicc-type', 'GBA', '--amf', '8000'),
      await subscriber('list'),
      await subscriber('list', '--json'),
      await subscriber('show', ALICE),
      await subscriber('remove', 'bob@ims.example'),
    ]
    expect(runs.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0])
    expect(runs[0]?.stdout).toBe(`${ALICE}  milenage  GBA_U  Ks good for 3600 s\n`)
    expect(JSON.parse(runs[1]?.stdout ?? '')).toEqual({
      impi: 'bob@ims.example',
      algorithm: 'milenage',
      uiccType: 'GBA',
      amf: '8000',
      ussList: [],
    })
    const all = runs.map(({ stdout, stderr }) => stdout + stderr).join('')
    for (const key of [K, OPC]) expect(all.toLowerCase()).not.toContain(key)

    const random = createSystemRandom()
    const folder = await openDataFolder(data, { create: false }, random)
    const store = openHssStore(folder.file(HSS_DATABASE), folder.sealer)
    const clock = { nowMs: () => 0, monotonicMs: () => 0, setTimer: () => ({ cancel() {} }) }
    const hss = createHss({ nodeName: 'test' }, { store, random, clock })
    expect(await hss.requestVector({ impi: parseImpi(ALICE) })).toMatchObject({
      outcome: 'success',
    })
    await store.close()
  })

  test('a subscriber that is there stays as it was', async () => {
    await add()
    const again = await subscriber('add', '--impi', ALICE, '--k', 'ab'.repeat(16), '--opc', OPC)
    expect(usageErrorOf(again)).toContain(`${ALICE} is a subscriber already: remove it first`)
    expect(await storedKey(ALICE)).toBe(K)
  })

  test('with what cannot be used: one line, exit 2, nothing made, no key shown', async () => {
    const wrong: readonly (readonly string[])[] = [
      ['--impi', 'alice', '--k', K, '--opc', OPC],
      ['--impi', ALICE, '--k', `${K}ff`, '--opc', OPC],
      ['--impi', ALICE, '--k', K],
      ['--impi', ALICE, '--opc', OPC],
      ['--k', K, '--opc', OPC],
      ['--impi', ALICE, '--k', K, '--opc', OPC, '--algorithm', 'tuak'],
      ['--impi', ALICE, '--k', K, '--opc', OPC, '--uicc-type', 'SIM'],
      ['--impi', ALICE, '--k', K, '--opc', OPC, '--key-lifetime', '0'],
      ['--impi', ALICE, '--k', K, '--opc', OPC, '--amf', 'xx'],
      ['--impi', ALICE, '--k', K, '--opc', OPC, '--guss', join(root, 'nowhere.xml')],
    ]
    for (const flags of wrong) {
      const line = usageErrorOf(await subscriber('add', ...flags))
      expect(line).toMatch(/^cpns: /)
      expect(line).not.toContain(K)
    }
    expect(existsSync(data)).toBe(false)
  })
})

describe('list, show and remove', () => {
  test('in order', async () => {
    expect((await add('z@ims.example')).status).toBe(0)
    expect((await add('a@ims.example')).status).toBe(0)
    const { stdout } = await subscriber('list', '--json')
    const impis = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { impi: string }).impi)
    expect(impis).toEqual(['a@ims.example', 'z@ims.example'])
  })

  test('nobody', async () => {
    await add()
    await subscriber('remove', ALICE)
    expect((await subscriber('list')).stdout).toBe('There is no subscriber.\n')
    expect((await subscriber('list', '--json')).stdout).toBe('')
    for (const verb of ['show', 'remove']) {
      const { status, stderr } = await subscriber(verb, ALICE)
      expect([status, stderr]).toEqual([1, `cpns: ${ALICE} is no subscriber here\n`])
    }
  })

  test.each(['list', 'show', 'remove'])('%s: a folder that is none is not made', async (verb) => {
    const run = await subscriber(verb, ...(verb === 'list' ? [] : [ALICE]))
    expect(usageErrorOf(run)).toContain(data)
    expect(existsSync(data)).toBe(false)
  })

  test('an IMPI that is none, and a database that is none', async () => {
    expect(usageErrorOf(await subscriber('show', 'alice'))).toContain('not of the form user@domain')
    mkdirSync(data, { mode: 0o700 })
    await add()
    writeFileSync(join(data, HSS_DATABASE), 'this is no database, but long enough to look like one')
    expect(usageErrorOf(await subscriber('list'))).toContain(HSS_DATABASE)
  })
})
