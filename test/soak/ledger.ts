/**
 * Nothing that was accepted is lost and nothing that was acknowledged comes twice, whoever is killed: HSS,
 * BSF, CPNS Server, two PN GWs with cards, three PNEs and an application, each a process of its own, under
 * load; `kill -9` of a random one, again and again; then the books are compared. Sessions are short, so that
 * they end and are renewed too; who was killed is away for a while. Design 8, 9
 *
 * `npx tsx test/soak/ledger.ts`, of the built package. CPNS_KILLS (default 20) and CPNS_SEED change it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pairPne } from '../../src/adapters/pne/open-pne.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import { fromHex } from '../../src/octets/octets.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { type Balance, balance, missing, type Party } from './ledger-books.ts'

const KILLS = Number(process.env.CPNS_KILLS ?? 20)
const SEED = process.env.CPNS_SEED ?? 'ledger'
const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js')
const HSS_NAME = 'hss.ims.mnc001.mcc001.3gppnetwork.org'
const BSF_NAME = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'
const NAF = 'cpns.example.org'
const SERVICE = 'urn:cpns:service:ledger'
const READY_MS = 60_000
const SETTLE_MS = 120_000
const TRAFFIC_MS = 15_000
/** PNEs and application stay away for so long at most when they were killed. */
const AWAY_MS = 3_000
/** Of what is accepted on each way, so much at least goes each of both ways. */
const LEAST_SHARE = 0.05

const folder = mkdtempSync(join(tmpdir(), 'cpns-ledger-'))
const path = (name: string): string => join(folder, name)
const random = createSeededRandom(SEED)
const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms))

/** A number from 0 to below `limit`. */
function draw(limit: number): number {
  const [a = 0, b = 0] = random.octets(2)
  return (a * 256 + b) % limit
}

interface KeptOptions {
  /** What it says when it is ready. */
  readonly ready?: string
  /** How long it may be away after it was killed. */
  readonly longestAwayMs?: number
}

/** A process that is started again whenever it has ended, until all is over. */
class Kept {
  readonly name: string
  readonly #args: () => readonly string[]
  readonly #ready: string | undefined
  child: ChildProcess | undefined
  said = ''
  kills = 0
  /** Ends that were not ours. */
  failures = 0
  readonly #longestAwayMs: number
  #isOver = false

  constructor(
    name: string,
    args: () => readonly string[],
    { ready, longestAwayMs = 0 }: KeptOptions = {},
  ) {
    this.name = name
    this.#args = args
    this.#ready = ready
    this.#longestAwayMs = longestAwayMs
  }

  /** Resolves when it says that it is ready. */
  async start(): Promise<void> {
    this.said = ''
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const
    const child = spawn(process.execPath, this.#args(), { stdio: [...stdio] })
    this.child = child
    const take = (octets: Buffer): void => {
      this.said = (this.said + octets.toString()).slice(-20_000)
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.once('exit', (_, signal) => {
      if (this.#isOver || this.child !== child) return
      if (signal === null) {
        this.failures += 1
        process.stdout.write(`${this.name} ended by itself: ${this.said.slice(-300)}\n`)
      }
      const awayMs = this.#longestAwayMs === 0 ? 0 : draw(this.#longestAwayMs)
      setTimeout(() => void (this.#isOver || this.start()), awayMs)
    })
    if (this.#ready !== undefined) await this.#untilSaid(child, this.#ready)
  }

  /** What stands behind a word that it printed at the start of a line. */
  word(word: string): string {
    const line = new RegExp(`^${word} +(?:Diameter TCP )?(\\S+)$`, 'm')
    return line.exec(this.said)?.[1] ?? ''
  }

  kill(): void {
    this.kills += 1
    this.child?.kill('SIGKILL')
  }

  /** Asks a sender to come to its end; again if it is not there to hear it. */
  async finish(): Promise<void> {
    const child = this.child
    await new Promise<void>((done) => {
      child?.once('message', () => done())
      child?.send('finish')
    })
  }

  end(): void {
    this.#isOver = true
    this.child?.kill('SIGKILL')
  }

  async #untilSaid(child: ChildProcess, text: string): Promise<void> {
    const untilMs = performance.now() + READY_MS
    while (!this.said.includes(text) && this.child === child) {
      if (performance.now() > untilMs) throw new Error(`${this.name} is not ready: ${this.said}`)
      await pause(20)
    }
  }
}

const all: Kept[] = []
function kept(name: string, args: () => readonly string[], options: KeptOptions = {}): Kept {
  const one = new Kept(name, args, options)
  all.push(one)
  return one
}

async function run(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.on('data', (octets: Buffer) => {
    stdout += octets.toString()
  })
  const status = await new Promise<number | null>((done) => child.once('close', done))
  if (status !== 0) throw new Error(`cpns ${args.join(' ')} ended with ${status}`)
  return stdout
}

const gatewayId = (n: number): string => `urn:x:gateway-${n}`

async function startNetwork(): Promise<{ hss: Kept; bsf: Kept; server: Kept; gateways: Kept[] }> {
  for (const n of [0, 1]) {
    const imsi = `00101012345677${n}`
    const line = await run('uicc', 'new', '--imsi', imsi, '--out', path(`usim-${n}.json`))
    await run(...line.trim().split(' ').slice(1), '--data', path('hss'))
  }
  const first = '127.0.0.1:0'
  let zhAt = first
  const hss = kept(
    'hss',
    () => [
      ...[MAIN, 'hss', 'serve', '--data', path('hss'), '--listen', zhAt],
      ...['--origin-host', HSS_NAME, '--bsf', BSF_NAME],
    ],
    { ready: 'hss is ready.' },
  )
  await hss.start()
  zhAt = hss.word('Zh')
  let [ubAt, znAt] = [first, first]
  const bsf = kept(
    'bsf',
    () => [
      ...[MAIN, 'bsf', 'serve', '--data', path('bsf'), '--name', BSF_NAME],
      ...['--listen', ubAt, '--zn-listen', znAt],
      ...['--hss', `${HSS_NAME}=${zhAt}`, '--naf', `${NAF}=${NAF}`],
    ],
    { ready: 'bsf is ready.' },
  )
  await bsf.start()
  const zn = bsf.word('Zn')
  const ub = bsf.word('Ub')
  ;[ubAt, znAt] = [new URL(ub).host, zn]
  let [listen, api] = [first, first]
  const server = kept(
    'server',
    () => [
      ...[MAIN, 'server', 'serve', '--data', path('server'), '--entity', 'urn:x:server'],
      ...['--naf-fqdn', NAF, '--listen', listen, '--api', api, '--first-use', 'bind'],
      ...['--bsf', `${BSF_NAME}=${zn}`, '--session', '60', '--pne-session', '50'],
    ],
    { ready: 'server is ready.' },
  )
  await server.start()
  const [serverUrl, apiUrl] = [server.word('CPNS-2'), server.word('API')]
  ;[listen, api] = [new URL(serverUrl).host, new URL(apiUrl).host]
  const pin = readFileSync(path('server/server.pin'), 'utf8').trim()
  const gateways = await Promise.all(
    [0, 1].map(async (n) => {
      let at = first
      const gateway = kept(
        `gateway ${n}`,
        () => [
          ...[MAIN, 'gateway', 'serve', '--data', path(`gw-${n}`), '--entity', gatewayId(n)],
          ...['--listen', at, '--server-url', serverUrl, '--naf-fqdn', NAF, '--pin', pin],
          ...['--bsf-url', ub, '--reader', `software:${path(`usim-${n}.json`)}`],
        ],
        { ready: 'authenticated; session' },
      )
      await gateway.start()
      at = new URL(gateway.word('PNEs')).host
      return gateway
    }),
  )
  return { hss, bsf, server, gateways }
}

async function startParties({ server, gateways }: { server: Kept; gateways: Kept[] }) {
  const partyOf = (name: string, address: string): Party => ({
    name,
    address,
    sent: path(`${name}-sent`),
    got: path(`${name}-got`),
  })
  const pnes = [0, 1, 2].map((n) => partyOf(`pne${n}`, `urn:x:pne-${n}`))
  const app = partyOf('app', SERVICE)
  for (const { sent, got } of [...pnes, app])
    for (const file of [sent, got]) writeFileSync(file, '')
  const processes: Kept[] = []
  for (const [n, party] of pnes.entries()) {
    const gateway = gateways[n % gateways.length] as Kept
    const dataFolder = path(party.name)
    const made = await run(
      ...['eukey', 'add', '--data', path('server'), '--entity', party.address],
      ...['--user', 'alice', '--json'],
    )
    await pair(dataFolder, party.address, { made, gateway, n: n % gateways.length })
    const neighbour = pnes[(n + 1) % pnes.length] as Party
    const order = { ...party, dataFolder, recipients: [SERVICE, neighbour.address] }
    const program = join(import.meta.dirname, 'ledger-pne.mjs')
    processes.push(
      kept(party.name, () => [program, JSON.stringify(order)], { longestAwayMs: AWAY_MS }),
    )
  }
  const made = await run('app', 'add', '--data', path('server'), '--service', 'ledger', '--json')
  const { key: apiKey } = JSON.parse(made) as { key: string }
  const order = {
    ...app,
    url: server.word('API'),
    apiKey,
    pin: readFileSync(path('server/server.pin'), 'utf8').trim(),
    seenFile: path('app-seen.db'),
    recipients: pnes.map(({ address }) => address),
  }
  const program = join(import.meta.dirname, 'ledger-app.mjs')
  processes.push(kept('app', () => [program, JSON.stringify(order)], { longestAwayMs: AWAY_MS }))
  await Promise.all(processes.map((one) => one.start()))
  return { parties: [...pnes, app], processes }
}

async function pair(
  dataFolder: string,
  entityId: string,
  { made, gateway, n }: { made: string; gateway: Kept; n: number },
): Promise<void> {
  const { id, key, expires } = JSON.parse(made) as { id: string; key: string; expires: string }
  await pairPne(dataFolder, {
    pairing: {
      entityId: parseEntityId(entityId),
      gateway: {
        entityId: parseEntityId(gatewayId(n)),
        url: gateway.word('PNEs'),
        pin: gateway.word('pin'),
      },
    },
    euKey: { id, key: Secret.of(fromHex(key)), expiresAtMs: Date.parse(expires) },
  })
}

/** Lets so many more messages be accepted, so that each kill meets a network at work; or gives up waiting. */
async function traffic(parties: readonly Party[], wanted: number): Promise<void> {
  const before = balance(parties).accepted
  const untilMs = performance.now() + TRAFFIC_MS
  while (balance(parties).accepted < before + wanted && performance.now() < untilMs) await pause(50)
}

async function soak(): Promise<boolean> {
  const network = await startNetwork()
  const { parties, processes } = await startParties(network)
  const { hss, bsf, server, gateways } = network
  const victims = [hss, bsf, server, ...gateways, ...processes]
  const startedMs = performance.now()
  for (let kill = 1; kill <= KILLS; kill++) {
    await traffic(parties, 5 + draw(20))
    await pause(draw(1000))
    ;(victims[draw(victims.length)] as Kept).kill()
    if (kill % 20 === 0) {
      const { accepted, lost } = balance(parties)
      process.stdout.write(`${kill} kills: ${accepted} accepted, ${lost.length} under way\n`)
    }
  }
  await pause(5000)
  await Promise.all(processes.map((one) => one.finish()))
  const stoppedMs = performance.now()
  const untilMs = performance.now() + SETTLE_MS
  while (missing(parties) > 0 && performance.now() < untilMs) await pause(500)
  await pause(3000)
  const books = balance(parties)
  const seconds = Math.round((stoppedMs - startedMs) / 1000)
  const kills = victims.map(({ name, kills: of }) => `${name} ${of}`).join(', ')
  const failures = victims.flatMap(({ name, failures: of }) => (of > 0 ? [`${name} ${of}`] : []))
  process.stdout.write(
    `${KILLS} kills (seed "${SEED}") in ${seconds} s: ${kills}\n` +
      `${books.tried} sent, ${books.accepted} accepted, ${books.lost.length} lost, ` +
      `${books.doubled.length} doubled, ${books.disordered.length} out of order, ` +
      `${books.repeated} handled again because the handler's process was killed before it could say so\n` +
      `handed over at once and by the mailbox: ${JSON.stringify(books.ways)}\n`,
  )
  const wrong = [
    ...books.lost,
    ...books.doubled,
    ...books.refused,
    ...books.disordered,
    ...failures,
    ...unusedWays(books),
    ...victims.flatMap(({ name, kills: of }) => (of === 0 ? [`${name} was never killed`] : [])),
  ]
  for (const line of wrong.slice(0, 40)) process.stdout.write(`  ${line}\n`)
  return wrong.length === 0 && books.tried === books.accepted && books.accepted > KILLS
}

/** An application's own messages always wait in the mailbox first; all else goes either way. Design 8 */
function unusedWays({ ways }: Balance): string[] {
  const isUnused = (way: string): boolean => {
    const { direct, stored } = ways[way] ?? { direct: 0, stored: 0 }
    const least = (direct + stored) * LEAST_SHARE
    return stored <= least || (way !== 'app to pne' && direct <= least)
  }
  const all = ['pne to app', 'pne to pne', 'app to pne']
  return all.filter(isUnused).map((way) => `${way}: not both ways were used`)
}

let isGood = false
try {
  isGood = await soak()
} finally {
  for (const one of all) one.end()
  if (isGood) rmSync(folder, { recursive: true, force: true })
  else process.stdout.write(`the books and data are in ${folder}\n`)
}
process.exit(isGood ? 0 : 1)
