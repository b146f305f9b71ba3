/** The example of PNE and application, as its users run it: CPNS Server and PN GW are processes of their own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runEchoApp } from '../../examples/echo/echo-app.ts'
import { tellPulse } from '../../examples/echo/watch.ts'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'

const GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a70'
const WATCH = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a71'
const PASSWORD = 'correct horse battery staple'

let folder: string
let api: string
let apiKey: string
let serverPin: string
const running: RunningCpns[] = []
const path = (name: string): string => join(folder, name)

/** @returns What it has printed by then. */
async function start(args: readonly string[], ready: string): Promise<string> {
  const process = startCpns(args)
  running.push(process)
  let said = ''
  process.child.stdout?.on('data', (text: string) => {
    said += text
  })
  await process.untilPrinted(ready)
  return said
}

async function run(args: readonly string[], input = ''): Promise<string> {
  const { status, stdout, stderr } = await runCpns(args, input)
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}

const found = (said: string, word: string): string =>
  new RegExp(`^${word} +(\\S+)$`, 'm').exec(said)?.[1] ?? ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-echo-'))
  const server = ['--data', path('server')]
  await run(['user', 'add', 'alice', ...server, '--password-file', '-'], PASSWORD)
  const key = await run(['eukey', 'add', ...server, '--entity', WATCH, '--user', 'alice', '--json'])
  const app = await run(['app', 'add', '--service', 'echo', ...server])
  apiKey = /cpns_\S+/.exec(app)?.[0] ?? ''
  const said = await start(
    [
      ...['server', 'serve', ...server, '--entity', 'urn:x:server', '--first-use', 'bind'],
      ...['--naf-fqdn', 'cpns.example.org', '--listen', '127.0.0.1:0', '--api', '127.0.0.1:0'],
    ],
    'server is ready.',
  )
  api = found(said, 'API')
  serverPin = readFileSync(path('server/server.pin'), 'utf8').trim()
  const gateway = ['--data', path('gateway'), '--entity', GATEWAY]
  const to = ['--server-url', found(said, 'CPNS-2'), '--pin', serverPin]
  const user = ['--user', 'alice', '--password-file', '-']
  await run(['gateway', 'login', ...gateway, ...to, ...user], PASSWORD)
  const gatewaySaid = await start(
    ['gateway', 'serve', ...gateway, ...to, '--auth', 'password', '--listen', '127.0.0.1:0'],
    'authenticated; session with fingerprint',
  )
  const way = ['--gateway', GATEWAY, '--gateway-url', found(gatewaySaid, 'PNEs')]
  const pin = ['--pin', found(gatewaySaid, 'pin'), '--key-file', '-']
  await run(['pne', 'pair', '--data', path('watch'), '--entity', WATCH, ...way, ...pin], key)
}, 90_000)
afterAll(async () => {
  await Promise.all(running.map((one) => one.end('SIGKILL')))
  rmSync(folder, { recursive: true, force: true })
})

test('the watch tells its pulse, and the application answers', async () => {
  const app = await runEchoApp({ url: api, apiKey, trust: { kind: 'pin', sha256: serverPin } })
  expect(await tellPulse(path('watch'), 72)).toBe('echo: pulse 72')
  await app.close()
}, 60_000)

test('each is under ten lines', () => {
  for (const name of ['echo-app', 'watch']) {
    const source = readFileSync(
      join(import.meta.dirname, '../../examples/echo', `${name}.ts`),
      'utf8',
    )
    const body = source.slice(source.indexOf('): Promise<')).split('\n').slice(1)
    expect(body.indexOf('}'), name).toBeLessThan(10)
  }
})
