/** HSS, BSF, CPNS Server and PN GW, each a process of its own on loopback, with the flags that a test wants. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningCpns, runCpns, startCpns } from './run-cpns.ts'

const HSS_NAME = 'hss.ims.mnc001.mcc001.3gppnetwork.org'
const BSF_NAME = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'
const NAF = 'cpns.example.org'
const ANY = '127.0.0.1:0'

/** EntityIDs in it. */
export const NETWORK_IDS = {
  gateway: 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a50',
  sensor: 'urn:uuid:3f1c1f0e-3f0a-4a57-9a2f-1c5d1f1e0a51',
} as const

/** Names in Diameter, and the subscriber. */
export const NETWORK_NAMES = {
  hss: HSS_NAME,
  bsf: BSF_NAME,
  impi: '001010123456788@ims.mnc001.mcc001.3gppnetwork.org',
} as const

/** One process. */
export interface NetworkProcess extends RunningCpns {
  /** What stands behind a word at the start of a line that it printed, for instance `Ub`. */
  said(word: string): string
}

/** All of them. */
export interface ProcessNetwork {
  /** Path of a file in the folder of the test. */
  path(name: string): string
  readonly hss: NetworkProcess
  readonly bsf: NetworkProcess
  readonly server: NetworkProcess
  /** Has a session. */
  readonly gateway: NetworkProcess
  /** The PN GW anew, after its end; has a session. @param listen Where PNEs reach it. */
  startGateway(listen: string): Promise<NetworkProcess>
  /** Pairs a PNE in `sensor/`, with an EUKey of its own. @param url Default that of the PN GW. */
  pairSensor(url?: string): Promise<void>
  /** Kills what still runs, and removes the folder. */
  close(): Promise<void>
}

/**
 * @param flagsOf More flags of an entity, for instance `--metrics`; paths of the folder by `path`.
 * @param detour The port that the PN GW connects to in place of the server's.
 */
export async function startNetwork(
  flagsOf: (
    entity: 'hss' | 'bsf' | 'server' | 'gateway',
    path: (name: string) => string,
  ) => readonly string[],
  detour: (serverPort: number) => Promise<number> = (port) => Promise.resolve(port),
): Promise<ProcessNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-network-'))
  const path = (name: string): string => join(folder, name)
  const running: RunningCpns[] = []
  // Also where a test gives up before the network is there.
  process.once('exit', () => {
    for (const { child } of running) child.kill('SIGKILL')
  })
  const start = async (args: readonly string[], ready: string): Promise<NetworkProcess> => {
    const started = startCpns(args)
    running.push(started)
    let printed = ''
    started.child.stdout?.on('data', (text: string) => {
      printed += text
    })
    await started.untilPrinted(ready)
    const said = (word: string): string =>
      new RegExp(`^${word} +(?:Diameter TCP )?(\\S+)$`, 'm').exec(printed)?.[1] ?? ''
    return { ...started, said }
  }
  const serve = (entity: 'hss' | 'bsf' | 'server', flags: readonly string[]) =>
    start(
      [entity, 'serve', '--data', path(entity), ...flags, ...flagsOf(entity, path)],
      `${entity} is ready.`,
    )
  const close = async (): Promise<void> => {
    await Promise.all(running.map((one) => one.end('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await makeSubscriber(path)
    const hss = await serve('hss', ['--listen', ANY, '--origin-host', HSS_NAME, '--bsf', BSF_NAME])
    const bsf = await serve('bsf', [
      ...['--name', BSF_NAME, '--listen', ANY, '--zn-listen', ANY, '--naf', `${NAF}=${NAF}`],
      ...['--hss', `${HSS_NAME}=${hss.said('Zh')}`],
    ])
    const server = await serve('server', [
      ...['--entity', 'urn:x:server', '--naf-fqdn', NAF, '--first-use', 'bind'],
      ...['--listen', ANY, '--api', ANY, '--bsf', `${BSF_NAME}=${bsf.said('Zn')}`],
    ])
    const serverUrl = new URL(server.said('CPNS-2'))
    serverUrl.port = String(await detour(Number(serverUrl.port)))
    const startGateway = (listen: string): Promise<NetworkProcess> =>
      start(
        [
          ...['gateway', 'serve', '--data', path('gateway'), '--entity', NETWORK_IDS.gateway],
          ...['--listen', listen, '--server-url', serverUrl.href, '--naf-fqdn', NAF],
          ...['--pin', pinOf(path), '--bsf-url', bsf.said('Ub')],
          ...['--reader', `software:${path('usim.json')}`, ...flagsOf('gateway', path)],
        ],
        'authenticated; session with fingerprint',
      )
    const gateway = await startGateway(ANY)
    return {
      path,
      hss,
      bsf,
      server,
      gateway,
      startGateway,
      pairSensor: (url) => pair(path, { gateway, url }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function pinOf(path: (name: string) => string): string {
  return readFileSync(path('server/server.pin'), 'utf8').trim()
}

async function makeSubscriber(path: (name: string) => string): Promise<void> {
  const out = ['--out', path('usim.json')]
  const card = await succeed(['uicc', 'new', '--imsi', '001010123456788', ...out])
  const [, ...line] = card.trim().split(' ')
  await succeed([...line, '--data', path('hss')])
}

async function pair(
  path: (name: string) => string,
  { gateway, url }: { readonly gateway: NetworkProcess; readonly url: string | undefined },
): Promise<void> {
  const { sensor, gateway: gatewayId } = NETWORK_IDS
  const wish = ['--entity', sensor, '--user', 'alice', '--json']
  const assigned = await succeed(['eukey', 'add', '--data', path('server'), ...wish])
  writeFileSync(path('sensor.key'), assigned, { mode: 0o600 })
  await succeed([
    ...['pne', 'pair', '--data', path('sensor'), '--entity', sensor, '--gateway', gatewayId],
    ...['--gateway-url', url ?? gateway.said('PNEs'), '--pin', gateway.said('pin')],
    ...['--key-file', path('sensor.key')],
  ])
}

async function succeed(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runCpns(args)
  if (status !== 0) throw new Error(`cpns ${args.join(' ')}: ${stderr}`)
  return stdout
}
