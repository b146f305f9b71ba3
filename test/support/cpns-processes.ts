/** Parts of a network as processes of their own, in one folder that goes with them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type RunningCpns, runCpns, startCpns } from './run-cpns.ts'

/** A command that serves, and what it says. */
export interface ServingProcess extends RunningCpns {
  /** What it has printed by now. */
  said(): string
  /** What it has printed behind a word at the start of a line, for instance `CPNS-2`. */
  found(word: string): string
}

/** The processes of one test. */
export interface CpnsProcesses {
  /** A path in the folder. */
  path(name: string): string
  /** Starts a command, until it has printed `ready`. */
  start(args: readonly string[], ready: string, env?: NodeJS.ProcessEnv): Promise<ServingProcess>
  /** The same, without waiting. */
  begin(args: readonly string[], env?: NodeJS.ProcessEnv): ServingProcess
  /** Runs a command to its end, which has to be a good one. @returns What it has printed. */
  run(args: readonly string[], input?: string): Promise<string>
  /** Ends all, and removes the folder. */
  close(): Promise<void>
}

/** @param name Of the test, for the folder. */
export function createCpnsProcesses(name: string): CpnsProcesses {
  const folder = mkdtempSync(join(tmpdir(), `cpns-${name}-`))
  const running: RunningCpns[] = []
  const begin: CpnsProcesses['begin'] = (args, env = {}) => {
    const process = startCpns(args, { env })
    running.push(process)
    let said = ''
    process.child.stdout?.on('data', (text: string) => {
      said += text
    })
    const found = (word: string): string =>
      new RegExp(`^${word} +(?:Diameter TCP )?(\\S+)$`, 'm').exec(said)?.[1] ?? ''
    return { ...process, said: () => said, found }
  }
  return {
    path: (file) => join(folder, file),
    begin,
    async start(args, ready, env) {
      const process = begin(args, env)
      await process.untilPrinted(ready)
      return process
    },
    async run(args, input = '') {
      const { status, stdout, stderr } = await runCpns(args, input)
      expect([status, stderr], args.join(' ')).toEqual([0, ''])
      return stdout
    },
    async close() {
      await Promise.all(running.map((one) => one.end('SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A CPNS Server in the folder `server`. */
export interface ServerProcess extends ServingProcess {
  /** SHA-256 of its key, as 64 hex digits. */
  readonly pin: string
  /** Flags of a client of it. */
  readonly to: readonly string[]
}

/** Starts a CPNS Server that binds at first use. @param flags More of them. */
export async function startServerProcess(
  processes: CpnsProcesses,
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  const data = processes.path('server')
  const names = ['--entity', 'urn:x:server', '--naf-fqdn', 'cpns.example.org']
  const how = ['--listen', '127.0.0.1:0', '--first-use', 'bind', ...flags]
  const args = ['server', 'serve', '--data', data, ...names, ...how]
  const process = await processes.start(args, 'server is ready.')
  const pin = readFileSync(join(data, 'server.pin'), 'utf8').trim()
  return { ...process, pin, to: ['--server-url', process.found('CPNS-2'), '--pin', pin] }
}

/** Adds a CPNS User to the server in the folder `server`. */
export async function addUser(processes: CpnsProcesses, user: string, password: string) {
  const args = ['user', 'add', user, '--data', processes.path('server'), '--password-file', '-']
  await processes.run(args, password)
}

/** Says when a PN GW has a session. */
export const GATEWAY_READY = 'authenticated; session with fingerprint'

/**
 * Logs a PN GW in with UserID and password, and serves it.
 *
 * @param gateway `name` is its folder.
 * @returns It, and the flags of its PNEs.
 */
export async function startPasswordGateway(
  processes: CpnsProcesses,
  { to }: Pick<ServerProcess, 'to'>,
  gateway: {
    readonly name: string
    readonly entity: string
    readonly user: string
    readonly password: string
  },
): Promise<ServingProcess & { readonly way: readonly string[] }> {
  const own = ['--data', processes.path(gateway.name), '--entity', gateway.entity, ...to]
  const login = ['gateway', 'login', ...own, '--user', gateway.user, '--password-file', '-']
  await processes.run(login, gateway.password)
  const serve = ['gateway', 'serve', ...own, '--auth', 'password', '--listen', '127.0.0.1:0']
  const process = await processes.start(serve, GATEWAY_READY)
  return { ...process, way: wayTo(gateway.entity, process) }
}

/** Flags of a PNE of a PN GW. */
export function wayTo(entity: string, gateway: ServingProcess): readonly string[] {
  const at = ['--gateway', entity, '--gateway-url', gateway.found('PNEs')]
  return [...at, '--pin', gateway.found('pin')]
}

const HSS_NAME = 'hss.ims.mnc001.mcc001.3gppnetwork.org'
const BSF_NAME = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'

/** HSS and BSF of a home network, with one subscriber whose card is in a file. */
export interface HomeNetwork {
  readonly hss: ServingProcess
  readonly bsf: ServingProcess
  /** Starts the HSS again where it was. */
  restartHss(): Promise<ServingProcess>
  /** Flags of a CPNS Server that asks the BSF. */
  readonly forServer: readonly string[]
  /** Flags of a PN GW that has the card. */
  readonly forGateway: readonly string[]
}

/** Starts them, for the NAF of `startServerProcess`; the HSS by its environment, the BSF by a file. */
export async function startHomeNetwork(processes: CpnsProcesses): Promise<HomeNetwork> {
  const { path, run, start } = processes
  const card = path('usim.json')
  const line = await run(['uicc', 'new', '--imsi', '001010123456778', '--out', card])
  await run([...line.trim().split(' ').slice(1), '--data', path('hss')])
  const startHss = (listen: string): Promise<ServingProcess> =>
    start(['hss', 'serve', '--listen', listen], 'hss is ready.', {
      CPNS_HSS_DATA: path('hss'),
      CPNS_HSS_ORIGIN_HOST: HSS_NAME,
      CPNS_HSS_BSF: BSF_NAME,
    })
  const hss = await startHss('127.0.0.1:0')
  const zh = hss.found('Zh')
  const settings = {
    data: path('bsf'),
    name: BSF_NAME,
    listen: '127.0.0.1:0',
    znListen: '127.0.0.1:0',
    hss: [`${HSS_NAME}=${zh}`],
    naf: ['cpns.example.org=cpns.example.org'],
  }
  writeFileSync(path('bsf.json'), JSON.stringify(settings))
  const bsf = await start(['bsf', 'serve', '--config', path('bsf.json')], 'bsf is ready.')
  const reader = ['--reader', `software:${card}`, '--naf-fqdn', 'cpns.example.org']
  return {
    hss,
    bsf,
    restartHss: () => startHss(zh),
    forServer: ['--bsf', `${BSF_NAME}=${bsf.found('Zn')}`],
    forGateway: ['--bsf-url', bsf.found('Ub'), ...reader],
  }
}

/** Gives a PNE an EUKey by hand, and pairs it. @param way As `wayTo` gives it. */
export async function pairPne(
  { path, run }: CpnsProcesses,
  pne: { readonly name: string; readonly entity: string; readonly user: string },
  way: readonly string[],
): Promise<void> {
  const { name, entity, user } = pne
  const server = ['--data', path('server')]
  const key = await run(['eukey', 'add', ...server, '--entity', entity, '--user', user, '--json'])
  const own = ['--data', path(name), '--entity', entity, '--key-file', '-']
  await run(['pne', 'pair', ...own, ...way], key)
}
