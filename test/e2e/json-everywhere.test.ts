/** Every command with `--json`, whatever comes of it: only JSON objects, one a line. Issue 6, 4 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeNewCardProfile } from '../../src/adapters/card/card-profile-file.ts'
import { type ProgramRun, runProgram } from '../../src/cli/program.fixture.ts'
import { testProfile } from '../../src/uicc/uicc.fixture.ts'
import { ENTITY, leaves, placeFiles, wordsWith } from './example-words.fixture.ts'

/** Commands without `--json`, and why. */
const REASONS: Readonly<Record<string, string>> = {
  'cpns completion': 'its output is a program for a shell',
}
const speaking = leaves.filter(({ name }) => !(name in REASONS))

describe('every command has --json', () => {
  test.each(speaking)('$name', ({ command }) => {
    expect(command.options.map(({ long }) => long)).toContain('--json')
  })

  test('but for those with a reason, and they are there', () => {
    const without = leaves.filter(
      ({ command }) => !command.options.some((o) => o.long === '--json'),
    )
    expect(without.map(({ name }) => name)).toEqual(Object.keys(REASONS))
  })
})

/** Every line of both streams as JSON; log lines are among them. */
function objectsOf({ status, stdout, stderr }: ProgramRun) {
  const read = (text: string): Record<string, unknown>[] =>
    text === ''
      ? []
      : text
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { status, out: read(stdout), err: read(stderr) }
}

const UNTIL_UP = { signal: 'SIGTERM', onceSaid: /"kind":"(?:ready|started)"/ } as const

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'cpns-json-'))
  placeFiles(place)
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** What an example cannot say: shorter, on free ports, against nobody, with a password. */
function shortened(name: string): string[] {
  const words = wordsWith(place, name)
  // Nothing is written outside the folder of the test.
  for (const [index, word] of words.entries()) {
    if (words[index - 1] === '--data') words[index] = join(place, 'data')
    else if (words[index - 1] === '--out' || word.startsWith('./')) words[index] = join(place, word)
  }
  const { command } = leaves.find((leaf) => leaf.name === name) ?? {}
  const flags = command?.options.map(({ long }) => long) ?? []
  if (flags.includes('--password-file')) words.push('--password-file', join(place, 'password'))
  if (flags.includes('--seconds')) return [...name.split(' ').slice(1), '--seconds', '0.01']
  if (name === 'cpns lab') return ['lab', '--once']
  if (name === 'cpns gateway login') words.splice(words.indexOf('--server-url') + 1, 1, NOBODY)
  return words
}

const NOBODY = 'https://127.0.0.1:1/cpns'
/** They stay up until they are interrupted. */
const STAYS = ['hss serve', 'bsf serve', 'server serve', 'gateway serve', 'uicc serve']

/** They speak through `bench-run.ts` as `bench aka` does, and take long to start. */
const MEASURES = /^cpns bench (?!aka$)/

describe('whatever comes of it', () => {
  test.each(speaking.filter(({ name }) => !MEASURES.test(name)))(
    '$name',
    { timeout: 60_000 },
    async ({ name }) => {
      writeFileSync(join(place, 'password'), 'correct horse battery staple')
      const interrupt = STAYS.some((words) => name === `cpns ${words}`)
        ? setInterval(() => process.emit('SIGINT'), 1500)
        : undefined
      const run = await runProgram([...shortened(name), '--json'])
      clearInterval(interrupt)
      const { status, out, err } = objectsOf(run)
      expect([0, 1, 2]).toContain(status)
      const errors = err.filter((one) => 'error' in one)
      if (status === 2) expect(errors).toHaveLength(1)
      for (const { error } of errors) {
        expect(error).toEqual({
          code: expect.any(String) as string,
          message: expect.any(String) as string,
        })
        expect(error).not.toMatchObject({ code: 'internal-error' })
      }
      if (status === 0 && !/ (list|check)$/.test(name)) expect(out.length).toBeGreaterThan(0)
    },
  )
})

describe('what is done is told', () => {
  let folder: string
  let run: (...words: string[]) => Promise<ReturnType<typeof objectsOf>>
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cpns-json-done-'))
    writeFileSync(join(folder, 'password'), 'correct horse battery staple')
    mkdirSync(join(folder, 'gateway'))
    await writeNewCardProfile(join(folder, 'gateway', 'usim.json'), testProfile())
    run = async (...words) => objectsOf(await runProgram([...words, '--json']))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const at = (name: string): string => join(folder, name)
  const told = async (...words: string[]): Promise<Record<string, unknown>> => {
    const { status, out, err } = await run(...words)
    expect({ status, err }).toEqual({ status: 0, err: [] })
    expect(out).toHaveLength(1)
    return out[0] ?? {}
  }

  test('entities, users, EUKeys, API keys', async () => {
    const data = ['--data', at('server')]
    const password = ['--password-file', at('password')]
    const alice = { userId: 'alice' }
    expect(await told('user', 'add', 'alice', ...data, ...password)).toMatchObject(alice)
    expect(await told('user', 'passwd', 'alice', ...data, ...password)).toMatchObject(alice)
    const bound = await told('entity', 'add', ENTITY, ...data, '--impi', 'a@ims.example')
    expect(bound).toMatchObject({ entityId: ENTITY, owner: { kind: 'impi', id: 'a@ims.example' } })
    expect((await run('entity', 'list', ...data)).out).toEqual([bound])
    const link = ['user', 'link', 'alice', ...data, '--entity', ENTITY]
    expect(await told(...link)).toEqual({ ...alice, entityId: ENTITY, linked: true })
    expect(await told(...link, '--off')).toMatchObject({ linked: false })
    const rebound = await told('entity', 'rebind', ENTITY, ...data, '--user', 'alice')
    expect(rebound).toMatchObject({ entityId: ENTITY, owner: { kind: 'user', id: 'alice' } })
    await told('eukey', 'add', ...data, '--entity', ENTITY, '--user', 'alice')
    const removed = { entityId: ENTITY, removed: true }
    expect(await told('eukey', 'remove', ENTITY, ...data)).toEqual(removed)
    expect(await told('entity', 'remove', ENTITY, ...data)).toEqual(removed)
    expect(await told('user', 'remove', 'alice', ...data)).toEqual({ ...alice, removed: true })
    const { id } = await told('app', 'add', ...data, '--service', 'echo')
    expect(await told('app', 'remove', String(id), ...data)).toEqual({ id, removed: true })
    const { status, out, err } = await run('session', 'end', 'none', ...data)
    const error = { code: 'unknown-identity', message: 'there is no session none' }
    expect({ status, out, err }).toEqual({ status: 1, out: [], err: [{ error }] })
  })

  test('a card, its subscriber, a backup and its way back', async () => {
    const made = await told('uicc', 'new', '--imsi', '001010000000001', '--out', at('usim.json'))
    writeFileSync(at('subscribers.jsonl'), `${JSON.stringify(made)}\n`)
    const data = ['--data', at('hss')]
    const imported = await told('subscriber', 'import', at('subscribers.jsonl'), ...data)
    expect(imported).toEqual({ read: 1, added: 1, existed: 0 })
    const { files, masterKeyId } = await told('backup', at('backup'), ...data)
    expect(files).toEqual(['hss.db'])
    const warned = await run('backup', at('whole'), ...data, '--with-master-key')
    expect(warned.err).toEqual([{ warning: { message: expect.stringContaining('master key') } }])
    const back = ['restore', at('whole'), '--data', at('restored')]
    expect(await told(...back)).toMatchObject({ masterKeyId, withMasterKey: true })
    const impi = String(made.impi)
    expect(await told('subscriber', 'remove', impi, ...data)).toEqual({ impi, removed: true })
    const reader = `software:${at('usim.json')}`
    const [reset, answer] = (await run('uicc', 'apdu', '--reader', reader, '00a40004023f00')).out
    expect(reset?.atr).toMatch(/^3b/)
    expect(answer).toMatchObject({
      command: '00a40004023f00',
      sw: expect.stringMatching(/^61/) as string,
    })
  })

  test('what serves says when it is ready, where, and that it has stopped', async () => {
    const NODES = {
      hss: ['--origin-host', 'hss.ims.example', '--bsf', 'bsf.ims.example'],
      server: ['--entity', ENTITY, '--naf-fqdn', 'cpns.example.org'],
    }
    for (const [entity, words] of Object.entries(NODES)) {
      const listen = ['--data', at(`serving-${entity}`), '--listen', '127.0.0.1:0']
      const served = await runProgram([entity, 'serve', ...words, ...listen, '--json'], UNTIL_UP)
      const { status, out } = objectsOf(served)
      expect({ status, out }).toMatchObject({
        status: 0,
        out: [
          { kind: 'ready', entity },
          { kind: 'stopped', entity },
        ],
      })
    }
    const naf = ['--server-url', NOBODY, '--naf-fqdn', 'cpns.example.org']
    const gateway = ['--data', at('gateway'), '--entity', ENTITY, '--listen', '127.0.0.1:0']
    const served = await runProgram(['gateway', 'serve', ...gateway, ...naf, '--json'], UNTIL_UP)
    const { status, out } = objectsOf(served)
    expect({ status, out }).toMatchObject({
      status: 0,
      out: [
        { kind: 'started', entity: 'pn-gw', entityId: ENTITY, card: { application: 'USIM' } },
        { kind: 'stopped', entity: 'pn-gw' },
      ],
    })
  })

  test('configuration', async () => {
    const file = at('bsf.json')
    const begun = await told('config', 'init', 'bsf', '--out', file)
    expect(begun).toEqual({ file, schemaFile: at('bsf.schema.json') })
    expect(await told('config', 'schema', 'bsf')).toMatchObject({ type: 'object' })
    expect(await run('config', 'check', 'bsf', file)).toEqual({ status: 0, out: [], err: [] })
    writeFileSync(file, '{"listne": 1}')
    const { status, out, err } = await run('config', 'check', 'bsf', file)
    expect({ status, out }).toMatchObject({ status: 2, out: [{ line: 1, column: 2 }] })
    expect(err).toMatchObject([{ error: { code: 'configuration-invalid' } }])
  })
})
