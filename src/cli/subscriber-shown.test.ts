import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { openHssStore } from '../adapters/sqlite/hss-store.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { subscriberFieldsSchema, subscriberOf } from '../hss/subscriber-fields.ts'
import { HSS_DATABASE } from '../lab/lab-files.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const ALICE = 'alice@ims.example'
const KEYS = [
  '--k',
  '465b5ce8b199b49faa5f0a2ee238a6bc',
  '--opc',
  'cd63cb71954a9f4e48a5994e37a02baf',
]
/** With something that is not known here. */
const XML =
  `<guss id="${ALICE}"><bsfInfo><uiccType>GBA_U</uiccType><lifeTime>3600</lifeTime></bsfInfo><ussList>` +
  '<uss id="1000000" type="2" nafGroup="A"><uids><uid>sip:a@ims.example</uid><uid>tel:+491</uid></uids>' +
  '<flags><flag>1</flag><flag>7</flag></flags><keyChoice>ME_BASED_KEY</keyChoice><special/></uss>' +
  '<uss id="5" type="0"><keyChoice>UICC_BASED_KEY</keyChoice></uss>' +
  '<uss id="6" type="0"><keyChoice>ME_UICC_BASED_KEYS</keyChoice></uss><uss id="7" type="0"/></ussList></guss>'
const WORDS = `${ALICE}  milenage  GBA_U  Ks good for 3600 s
  service 1000000  type 2  NAF group A  identities sip:a@ims.example, tel:+491  flags 1, 7  key Ks_ext_NAF
  service 5  type 0  every NAF  key Ks_int_NAF
  service 6  type 0  every NAF  keys Ks_ext_NAF and Ks_int_NAF
  service 7  type 0  every NAF
`

let root: string
let data: string
let file: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cpns-subscriber-shown-'))
  data = join(root, 'data')
  file = join(root, 'guss.xml')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const subscriber = (verb: string, ...args: string[]) =>
  runProgram(['subscriber', verb, '--data', data, ...args])
const add = (...args: string[]) => subscriber('add', '--impi', ALICE, ...KEYS, ...args)
const withFile = (xml: string | Uint8Array): string[] => {
  writeFileSync(file, xml)
  return ['--guss', file]
}

describe('a GUSS from a file', () => {
  test('is added, shown in words and as JSON, and given back as it was', async () => {
    expect(await add(...withFile(`${XML}\n`))).toEqual({ status: 0, stdout: WORDS, stderr: '' })
    expect((await subscriber('show', ALICE)).stdout).toBe(WORDS)
    const shown = JSON.parse((await subscriber('show', ALICE, '--json')).stdout) as object
    expect(shown).toMatchObject({ impi: ALICE, uiccType: 'GBA_U', keyLifetimeSeconds: 3600 })
    expect(shown).toHaveProperty('ussList.0', {
      gsid: 1_000_000,
      type: 2,
      nafGroup: 'A',
      uids: ['sip:a@ims.example', 'tel:+491'],
      flags: [1, 7],
      keyChoice: 'ME_BASED_KEY',
    })
    expect((await subscriber('show', ALICE, '--guss')).stdout).toBe(`${XML}\n`)
    const guss = await subscriber('show', ALICE, '--guss', '--json')
    expect(JSON.parse(guss.stdout)).toEqual({ impi: ALICE, guss: XML })
    expect((await subscriber('list')).stdout).toBe(WORDS.slice(0, WORDS.indexOf('\n') + 1))
  })

  test.each([
    ['<guss', '--guss: XML: not well-formed at 1:'],
    ['<guss id="bob@ims.example"/>', '--guss: its id is not the IMPI of the subscriber'],
    [Buffer.of(0xff, 0xfe), '--guss: '],
    [`<guss><more>${'x'.repeat(60_000)}</more></guss>`, '--guss: over 60000 octets as XML'],
  ])('that cannot be is exit 2, for a new and for an old one: %#', async (xml, message) => {
    expect(usageErrorOf(await add(...withFile(xml)))).toContain(message)
    await add()
    expect(usageErrorOf(await subscriber('change', ALICE, ...withFile(xml)))).toContain(message)
    expect((await subscriber('show', ALICE)).stdout).toBe(`${ALICE}  milenage  GBA_U\n`)
  })

  test('a flag that says another thing is refused; one that says the same, or what is missing, is not', async () => {
    const other = usageErrorOf(await add(...withFile(XML), '--uicc-type', 'GBA'))
    expect(other).toBe('cpns: --uicc-type: GBA here, but GBA_U in guss\n')
    const same = ['--uicc-type', 'GBA_U', '--key-lifetime', '3600']
    expect((await add(...withFile(XML), ...same)).stdout).toBe(WORDS)
    const none = await subscriber('change', ALICE, ...withFile(XML), '--key-lifetime', 'none')
    expect(usageErrorOf(none)).toBe('cpns: --key-lifetime: none here, but 3600 in guss\n')
    const bare = withFile('<guss/>')
    const more = await subscriber('change', ALICE, ...bare, '--uicc-type', 'GBA_U')
    expect(more.stdout).toBe(`${ALICE}  milenage  GBA_U\n`)
    expect((await subscriber('change', ALICE, ...bare)).stdout).toBe(`${ALICE}  milenage  GBA\n`)
  })

  test('nobody has one that was never given', async () => {
    const folder = await openDataFolder(data, { create: true }, createSystemRandom())
    const store = openHssStore(folder.file(HSS_DATABASE), folder.sealer)
    const [, k, , opc] = KEYS
    const { guss: _, ...bare } = subscriberOf(subscriberFieldsSchema.parse({ impi: ALICE, k, opc }))
    await store.addSubscriber(bare)
    await store.close()
    expect((await subscriber('show', ALICE)).stdout).toBe(`${ALICE}  milenage  GBA\n`)
    expect(await subscriber('show', ALICE, '--guss')).toEqual({
      status: 1,
      stdout: '',
      stderr: `cpns: ${ALICE} has no user security settings\n`,
    })
  })
})

describe('change', () => {
  test('puts another GUSS in its place, whole', async () => {
    await add(...withFile(XML))
    const uss = '<ussList><uss id="8" type="0"/></ussList>'
    const changed = await subscriber('change', ALICE, ...withFile(`<guss>${uss}</guss>`))
    expect(changed.stdout).toBe(`${ALICE}  milenage  GBA\n  service 8  type 0  every NAF\n`)
    expect((await subscriber('show', ALICE, '--guss')).stdout).toBe(
      `<guss id="${ALICE}">${uss}</guss>\n`,
    )
  })

  test('type, lifetime and AMF; the services stay', async () => {
    await add(...withFile(XML))
    const flags = ['--uicc-type', 'GBA', '--key-lifetime', 'none', '--amf', '8000', '--json']
    const { stdout } = await subscriber('change', ALICE, ...flags)
    const changed = JSON.parse(stdout) as { ussList: unknown[] }
    expect(changed).toMatchObject({ uiccType: 'GBA', amf: '8000' })
    expect(changed).not.toHaveProperty('keyLifetimeSeconds')
    expect(changed.ussList).toHaveLength(4)
    expect((await subscriber('show', ALICE, '--guss')).stdout).toContain('<special/>')
    const again = await subscriber('change', ALICE, '--key-lifetime', '60')
    expect(again.stdout).toContain('GBA  Ks good for 60 s\n')
  })

  test('keys, which are not shown; another algorithm takes both', async () => {
    await add()
    const k = 'ab'.repeat(16)
    const changed = await subscriber('change', ALICE, '--k', k)
    expect(changed).toEqual({ status: 0, stdout: `${ALICE}  milenage  GBA_U\n`, stderr: '' })
    const half = await subscriber('change', ALICE, '--algorithm', 'tuak', '--k', k)
    expect(usageErrorOf(half)).toBe('cpns: --topc: it is missing\n')
    const tuak = ['--algorithm', 'tuak', '--k', k, '--topc', 'cd'.repeat(32)]
    expect((await subscriber('change', ALICE, ...tuak)).stdout).toContain('tuak')
  })

  test('of nothing, of nobody, and with what cannot be', async () => {
    await add()
    expect(usageErrorOf(await subscriber('change', ALICE))).toContain('nothing to change')
    expect(usageErrorOf(await subscriber('change', ALICE, '--json'))).toContain('"configuration')
    expect(await subscriber('change', 'bob@ims.example', '--amf', '8000')).toMatchObject({
      status: 1,
      stderr: 'cpns: bob@ims.example is no subscriber here\n',
    })
    for (const flags of [
      ['--key-lifetime', 'never'],
      ['--uicc-type', 'SIM'],
      ['--amf', 'x'],
    ]) {
      expect(usageErrorOf(await subscriber('change', ALICE, ...flags))).toContain(flags[0] ?? '')
    }
  })
})
