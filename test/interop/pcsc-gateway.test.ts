/** A PN GW whose card, behind pcscd, is pulled while it needs it, and put back. Design 10 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'
import { findSmartcardPackage } from '../support/smartcard-package.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { findVirtualReader, READER_NAME, type VirtualReader } from '../support/virtual-reader.ts'

const startReader = findVirtualReader()
const modules = startReader && findSmartcardPackage()
const GATEWAY = parseEntityId('urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a40')

let folder: string
let reader: VirtualReader
let lab: RunningCpns
let toBsf: TcpProxy
let addresses: Readonly<Record<string, string>>

beforeAll(async () => {
  if (startReader === undefined || modules === undefined) return
  folder = mkdtempSync(join(tmpdir(), 'cpns-pcsc-gateway-'))
  reader = await startReader()
  Object.assign(process.env, reader.environment, { NODE_PATH: modules })
  lab = startCpns(['lab', '--json', '--data', join(folder, 'lab')])
  let said = ''
  lab.child.stdout?.on('data', (text: string) => {
    said += text
  })
  await lab.untilPrinted('"kind":"waiting"')
  addresses = addressesIn(said)
  toBsf = await startTcpProxy(Number(new URL(addresses.Ub ?? '').port))
}, 60_000)

afterAll(async () => {
  await lab?.end('SIGKILL')
  await toBsf?.close()
  await reader?.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

/** By reference point. */
function addressesIn(said: string): Readonly<Record<string, string>> {
  const [line = ''] = said.split('\n').filter((one) => one.includes('"kind":"started"'))
  const told = JSON.parse(line) as { addresses: { points: string; address: string }[] }
  return Object.fromEntries(told.addresses.map(({ points, address }) => [points, address]))
}

async function addSubscriber(profile: string): Promise<void> {
  const made = await runCpns(['uicc', 'new', '--imsi', '001010123456777', '--out', profile])
  const [, ...line] = made.stdout.trim().split(' ')
  const added = await runCpns([...line, '--data', join(folder, 'lab')])
  expect(added.status, added.stderr).toBe(0)
}

function startGateway() {
  const pin = readFileSync(join(folder, 'lab', 'server.pin'), 'utf8').trim()
  const gateway = startCpns([
    ...['gateway', 'serve', '--data', join(folder, 'gw'), '--entity', GATEWAY],
    ...['--listen', '127.0.0.1:0', '--server-url', addresses['CPNS-2'] ?? ''],
    ...['--naf-fqdn', 'cpns.example.org', '--pin', pin, '--reader', `pcsc:${READER_NAME}`],
    ...['--bsf-url', `http://127.0.0.1:${toBsf.port}`],
  ])
  let log = ''
  gateway.child.stderr?.on('data', (text: string) => {
    log += text
  })
  const untilLogged = (text: string) =>
    expect.poll(() => log, { timeout: 30_000, interval: 100 }).toContain(text)
  return { gateway, untilLogged }
}

describe.skipIf(modules === undefined)('cpns gateway serve --reader pcsc:NAME', () => {
  test('its card is pulled and put back: it authenticates without a restart', async () => {
    const profile = join(folder, 'usim.json')
    await addSubscriber(profile)
    const card = await reader.insert(profile)
    await toBsf.vanish()
    const { gateway, untilLogged } = startGateway()
    await untilLogged('link-interrupted')
    await card.pull()
    await toBsf.comeBack()
    await untilLogged('the card was removed')
    await untilLogged('there is no card in it')
    await reader.insert(profile)
    await gateway.untilPrinted('authenticated; session with fingerprint')
    expect((await gateway.end('SIGTERM')).status).toBe(0)
  }, 90_000)
})
