/** The example of PNE and application, as its users run it: CPNS Server and PN GW are processes of their own. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runEchoApp } from '../../examples/echo/echo-app.ts'
import { tellPulse } from '../../examples/echo/watch.ts'
import {
  addUser,
  createCpnsProcesses,
  startPasswordGateway,
  startServerProcess,
} from '../support/cpns-processes.ts'

const GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a70'
const WATCH = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a71'
const PASSWORD = 'correct horse battery staple'

const processes = createCpnsProcesses('echo')
const { path, run } = processes
let api: string
let apiKey: string
let serverPin: string

beforeAll(async () => {
  const data = ['--data', path('server')]
  await addUser(processes, 'alice', PASSWORD)
  const key = await run(['eukey', 'add', ...data, '--entity', WATCH, '--user', 'alice', '--json'])
  const app = await run(['app', 'add', '--service', 'echo', ...data])
  apiKey = /cpns_\S+/.exec(app)?.[0] ?? ''
  const server = await startServerProcess(processes, ['--api', '127.0.0.1:0'])
  api = server.found('API')
  serverPin = server.pin
  const wish = { name: 'gateway', entity: GATEWAY, user: 'alice', password: PASSWORD }
  const { way } = await startPasswordGateway(processes, server, wish)
  const own = ['--data', path('watch'), '--entity', WATCH, '--key-file', '-']
  await run(['pne', 'pair', ...own, ...way], key)
}, 90_000)
afterAll(() => processes.close())

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
