/**
 * pcscd with the virtual reader of vsmartcard-vpcd, in network and mount namespaces of its own: runs do not
 * collide, and nothing listens outside. Clients outside reach it through a socket in a temporary folder.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findInteropTool } from './interop-tool.ts'
import { CPNS_PROGRAM } from './run-cpns.ts'

const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'
/** Where the driver listens, by its channel 8C7B. */
const VPCD = '127.0.0.1:35963'
const CONFIGURATION = `FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:0x8C7B
LIBPATH ${DRIVER}
CHANNELID 0x8C7B
`
const START = `mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind "$0/run" /run/pcscd &&
ip link set lo up && exec pcscd --foreground --config "$0/reader.conf"`
const PATIENCE_MS = 15_000

/** Name of the reader's first slot, which takes the card. */
export const READER_NAME = 'Virtual PCD 00 00'

/** A card that is in the reader. */
export interface InsertedCard {
  /** Stops answering, as a card does whose contact is lost in the middle of a command. */
  freeze(): void
  /** Pulls the card and waits until the reader knows. */
  pull(): Promise<void>
}

/** A running reader. */
export interface VirtualReader {
  /** What clients need in their environment. */
  readonly environment: { readonly PCSCLITE_CSOCK_NAME: string }
  /** Puts the card of a profile into the reader, by `cpns uicc serve`. */
  insert(profile: string): Promise<InsertedCard>
  /** Ends pcscd, as if somebody stopped it. */
  stopPcscd(): Promise<void>
  /** Ends all of it. */
  close(): Promise<void>
}

/** The programs, or `undefined` and a warning; with `CI` or `CPNS_INTEROP` a missing one is an error. */
export function findVirtualReader(): (() => Promise<VirtualReader>) | undefined {
  const tools = [
    findInteropTool('pcscd', 'pcscd'),
    findInteropTool('opensc-tool', 'opensc'),
    findInteropTool('unshare', 'util-linux'),
    findInteropTool('ip', 'iproute2'),
  ]
  const isThere = existsSync(DRIVER) || (process.env.CI || process.env.CPNS_INTEROP) === undefined
  if (!isThere) throw new Error('interop: there is no vpcd driver (Debian package vsmartcard-vpcd)')
  return tools.every((tool) => tool !== undefined) && existsSync(DRIVER) ? start : undefined
}

async function start(): Promise<VirtualReader> {
  const folder = mkdtempSync(join(tmpdir(), 'cpns-pcscd-'))
  mkdirSync(join(folder, 'run'))
  writeFileSync(join(folder, 'reader.conf'), CONFIGURATION)
  const isRoot = process.getuid?.() === 0
  const namespaces = ['--mount', '--net', ...(isRoot ? [] : ['--map-root-user'])]
  const pcscd = spawn('unshare', [...namespaces, 'sh', '-c', START, folder], { stdio: 'ignore' })
  const socket = join(folder, 'run', 'pcscd.comm')
  const environment = { PCSCLITE_CSOCK_NAME: socket }
  const processes: ChildProcess[] = [pcscd]
  await until(() => existsSync(socket), 'pcscd does not start')
  return {
    environment,
    async insert(profile) {
      const card = enter(pcscd, ['uicc', 'serve', profile, '--vpcd', VPCD])
      processes.push(card)
      await until(() => hasCard(environment), 'the reader does not see its card')
      return {
        freeze: () => void card.kill('SIGSTOP'),
        async pull() {
          await end(card, 'SIGKILL')
          await until(async () => !(await hasCard(environment)), 'the reader keeps its card')
        },
      }
    },
    stopPcscd: () => end(pcscd, 'SIGTERM'),
    async close() {
      for (const one of processes.toReversed()) await end(one, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs `cpns …` where the virtual reader listens. */
function enter({ pid }: ChildProcess, args: readonly string[]): ChildProcess {
  const isRoot = process.getuid?.() === 0
  const flags = ['--target', String(pid), '--net']
  const user = isRoot ? [] : ['--user', '--preserve-credentials']
  const command = [process.execPath, ...CPNS_PROGRAM, ...args]
  return spawn('nsenter', [...flags, ...user, ...command], { stdio: 'ignore' })
}

/** Asks with a program that is not ours, and without the card: another one may be using it. */
async function hasCard(environment: VirtualReader['environment']): Promise<boolean> {
  const tool = spawn('opensc-tool', ['--list-readers'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...environment },
  })
  let listed = ''
  tool.stdout.setEncoding('utf8').on('data', (text: string) => {
    listed += text
  })
  await once(tool, 'close')
  return /^0 +Yes /m.test(listed)
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'close')
}

async function until(isSo: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const lastMs = performance.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (performance.now() > lastMs) throw new Error(otherwise)
    await sleep(100)
  }
}
