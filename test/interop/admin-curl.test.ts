/** The how-tos about the admin APIs, typed into a shell as they stand: curl against `cpns hss|server serve --admin`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fencesOf, readPage } from '../docs/pages.fixture.ts'
import { findInteropTool, type ToolRun } from '../support/interop-tool.ts'
import { type RunningCpns, startCpns } from '../support/run-cpns.ts'

const curl = findInteropTool('curl', 'curl')
const shell = findInteropTool('sh', 'dash')

let folder: string
let running: RunningCpns | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-curl-'))
})
afterEach(async () => {
  await running?.end('SIGTERM')
  running = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Starts an entity with its admin API. @returns Where that is. */
async function start(entity: 'hss' | 'server', flags: readonly string[]): Promise<string> {
  const at = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0']
  const started = startCpns([entity, 'serve', '--data', folder, ...flags, ...at])
  running = started
  let printed = ''
  started.child.stdout?.on('data', (text: string) => {
    printed += text
  })
  await started.untilPrinted(`${entity} is ready.`)
  return /^admin +(http:\S+?)\/admin\b/m.exec(printed)?.[1] ?? 'nowhere'
}

/** Every `sh` block of a page that asks by curl, or says what with, as one script. */
async function typeIn(page: string, url: string, dataFolder: string): Promise<ToolRun> {
  const lines = fencesOf(readPage(page))
    .filter(({ language }) => language === 'sh')
    .flatMap((fence) => fence.lines)
    .filter((line) => !line.startsWith('npx ') && !/^ {2}--/.test(line))
    .map((line) => line.replace('http://127.0.0.1:9090', url).replace(dataFolder, folder))
  const quiet = 'curl() { command curl --silent --show-error --fail-with-body "$@"; echo; }'
  const script = ['set -e', `cd ${folder}`, quiet, ...lines].join('\n')
  return (await shell?.run(['-c', script])) ?? { status: 1, stdout: '', stderr: 'no shell' }
}

test.skipIf(curl === undefined)(
  'administer a server over HTTP',
  async () => {
    const url = await start('server', [
      ...['--entity', 'urn:uuid:5e0f8c1a-0000-4000-8000-000000000001'],
      ...['--naf-fqdn', 'cpns.example.org'],
    ])
    const page = 'how-to/administer-a-server-over-http.md'
    const { status, stdout, stderr } = await typeIn(page, url, './server')
    expect([status, stderr]).toEqual([0, ''])
    const [bound, user, , euKey, entity, euKeys, sessions, pns, , rebound] = stdout
      .split('\n')
      .map((line) => (line === '' ? undefined : (JSON.parse(line) as object)))
    expect(bound).toMatchObject({ owner: { kind: 'impi' } })
    expect(user).toMatchObject({ userId: 'alice' })
    expect(euKey).toMatchObject({ source: 'assigned', owner: { kind: 'user', id: 'alice' } })
    expect(entity).toMatchObject({ ...bound, linkedUser: 'alice', euKeys: [], sessions: [] })
    expect(euKeys).toEqual({ euKeys: [euKey] })
    expect([sessions, pns]).toEqual([{ sessions: [] }, { pns: [] }])
    expect(rebound).toMatchObject({ owner: { kind: 'user', id: 'alice' } })
    expect(stdout).not.toMatch(/5a5a|correct horse/)
  },
  60_000,
)

test.skipIf(curl === undefined)(
  'administer subscribers over HTTP',
  async () => {
    const url = await start('hss', ['--origin-host', 'hss.ims.example', '--bsf', 'bsf.ims.example'])
    const row = '2@ims.example,465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf'
    writeFileSync(join(folder, 'subscribers.csv'), `impi,k,opc\n${row}\n`)
    const page = 'how-to/administer-subscribers-over-http.md'
    const { status, stdout, stderr } = await typeIn(page, url, './hss')
    expect([status, stderr]).toEqual([0, ''])
    const [added, guss, dry, imported] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(added).toMatchObject({ impi: '001010000000001@ims.example' })
    expect(guss).toMatchObject({ ussList: [{ nafGroup: 'A' }] })
    expect(dry).toEqual({ read: 1, added: 0, existed: 0 })
    expect(imported).toEqual({ read: 1, added: 1, existed: 0 })
  },
  60_000,
)
