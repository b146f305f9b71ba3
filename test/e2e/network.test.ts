/** HSS, BSF, CPNS Server and PN GW, each a process of its own, and an application and a PNE at their ends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectApp } from '../../src/adapters/app/connect-app.ts'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'

const HSS_NAME = 'hss.ims.mnc001.mcc001.3gppnetwork.org'
const BSF_NAME = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'
const GATEWAY = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a40'
const SENSOR = 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a41'

let folder: string
const running: RunningCpns[] = []
const printed = new Map<RunningCpns, string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-network-'))
  const card = await runCpns([
    'uicc',
    'new',
    '--imsi',
    '001010123456778',
    '--out',
    path('usim.json'),
  ])
  const [, ...line] = card.stdout.trim().split(' ')
  await runCpns([...line, '--data', path('hss')])
}, 60_000)
afterAll(async () => {
  await Promise.all(running.map((one) => one.end('SIGKILL')))
  rmSync(folder, { recursive: true, force: true })
})

const path = (name: string): string => join(folder, name)

async function start(args: readonly string[], ready: string, env: NodeJS.ProcessEnv = {}) {
  const process = startCpns(args, { env })
  running.push(process)
  printed.set(process, '')
  process.child.stdout?.on('data', (text: string) => {
    printed.set(process, (printed.get(process) ?? '') + text)
  })
  await process.untilPrinted(ready)
  return process
}

/** What a process has printed behind a word. */
function said(process: RunningCpns, word: string): string {
  const line = new RegExp(`^${word} +(?:Diameter TCP )?(\\S+)$`, 'm')
  return line.exec(printed.get(process) ?? '')?.[1] ?? ''
}

const startHss = (listen: string) =>
  start(['hss', 'serve', '--listen', listen], 'hss is ready.', {
    CPNS_HSS_DATA: path('hss'),
    CPNS_HSS_ORIGIN_HOST: HSS_NAME,
    CPNS_HSS_BSF: BSF_NAME,
  })

test('a PN GW bootstraps, authenticates and forwards; the HSS may be killed in between', async () => {
  const hss = await startHss('127.0.0.1:0')
  const hssAt = said(hss, 'Zh')
  writeFileSync(
    path('bsf.json'),
    JSON.stringify({
      data: path('bsf'),
      name: BSF_NAME,
      listen: '127.0.0.1:0',
      znListen: '127.0.0.1:0',
      hss: [`${HSS_NAME}=${hssAt}`],
      naf: ['cpns.example.org=cpns.example.org'],
    }),
  )
  const bsf = await start(['bsf', 'serve', '--config', path('bsf.json')], 'bsf is ready.')
  const names = ['--entity', 'urn:x:server', '--naf-fqdn', 'cpns.example.org']
  const ports = ['--listen', '127.0.0.1:0', '--psk', '127.0.0.1:0', '--api', '127.0.0.1:0']
  const listen = [...ports, '--first-use', 'bind']
  const server = await start(
    [
      'server',
      'serve',
      '--data',
      path('server'),
      ...names,
      ...listen,
      '--bsf',
      `${BSF_NAME}=${said(bsf, 'Zn')}`,
    ],
    'server is ready.',
  )
  const pin = readFileSync(path('server/server.pin'), 'utf8').trim()
  const gatewayArgs = [
    ...['gateway', 'serve', '--data', path('gw'), '--entity', GATEWAY, '--listen', '127.0.0.1:0'],
    ...['--server-url', said(server, 'CPNS-2'), '--naf-fqdn', 'cpns.example.org', '--pin', pin],
    ...['--bsf-url', said(bsf, 'Ub'), '--reader', `software:${path('usim.json')}`],
  ]

  // Without its HSS the BSF says so, and the PN GW waits for it.
  await hss.end('SIGKILL')
  const gateway = startCpns(gatewayArgs)
  running.push(gateway)
  let gatewaySaid = ''
  gateway.child.stdout?.on('data', (text: string) => {
    gatewaySaid += text
  })
  await gateway.untilPrinted('pin ')
  await startHss(hssAt)
  await gateway.untilPrinted('authenticated; session with fingerprint')

  const key = await runCpns(['app', 'add', '--data', path('server'), '--service', 'echo', '--json'])
  const { key: apiKey } = JSON.parse(key.stdout) as { key: string }
  const app = connectApp({ url: said(server, 'API'), apiKey, trust: { kind: 'pin', sha256: pin } })
  void app.listen(
    async ({ from, text }) => void (await app.send({ to: from, text: `echo: ${text}` })),
  )
  const assigned = await runCpns([
    ...['eukey', 'add', '--data', path('server'), '--entity', SENSOR, '--user', 'alice', '--json'],
  ])
  writeFileSync(path('sensor.key'), assigned.stdout, { mode: 0o600 })
  const url = /^PNEs {2}(\S+)$/m.exec(gatewaySaid)?.[1] ?? ''
  const gatewayPin = /^pin {3}(\S+)$/m.exec(gatewaySaid)?.[1] ?? ''
  const paired = await runCpns([
    ...['pne', 'pair', '--data', path('sensor'), '--entity', SENSOR, '--gateway', GATEWAY],
    ...['--gateway-url', url, '--pin', gatewayPin, '--key-file', path('sensor.key')],
  ])
  expect(paired.status, paired.stderr).toBe(0)
  const words = ['--data', path('sensor'), '--to', 'urn:cpns:service:echo', 'temperature 21']
  const sent = await runCpns(['pne', 'send', ...words])
  expect([sent.status, sent.stderr]).toEqual([0, ''])
  const heard = await runCpns(['pne', 'listen', '--data', path('sensor'), '--count', '1'])
  expect(heard.stdout).toBe('urn:cpns:service:echo  echo: temperature 21\n')

  const pns = await runCpns(['pn', 'list', '--data', path('server'), '--json'])
  expect(JSON.parse(pns.stdout)).toMatchObject({
    gateway: GATEWAY,
    online: true,
    members: [{ entityId: SENSOR }],
  })
  const shown = await runCpns(['entity', 'show', SENSOR, '--data', path('server'), '--json'])
  expect(JSON.parse(shown.stdout)).toMatchObject({ owner: 'user alice' })

  await app.close()
  expect((await gateway.end('SIGTERM')).status).toBe(0)
  const [, , ...rest] = gatewayArgs
  const byPsk = ['--server-url', said(server, 'PSK-TLS'), '--psk', '1.2']
  const pskGateway = startCpns([
    ...['gateway', 'serve', ...rest.slice(0, 6), ...byPsk],
    ...rest.slice(8).filter((word) => word !== '--pin' && word !== pin),
  ])
  running.push(pskGateway)
  await pskGateway.untilPrinted('authenticated; session with fingerprint')
  for (const process of [pskGateway, server, bsf]) {
    expect((await process.end('SIGTERM')).status).toBe(0)
  }
}, 120_000)
