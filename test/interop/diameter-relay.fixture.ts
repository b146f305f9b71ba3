/**
 * The inside of a network namespace: our nodes on loopback, freeDiameterd between them on an address of its
 * own. Does what each line of its arguments says and prints what came of it, one JSON value a line.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { testPorts } from '../../src/adapters/diameter/diameter.fixture.ts'
import { connectDiameterZh, serveDiameterZh } from '../../src/adapters/diameter/zh.ts'
import { connectDiameterZn, serveDiameterZn } from '../../src/adapters/diameter/zn.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { toHex } from '../../src/octets/octets.ts'
import {
  startBsf,
  startHss,
  ZN_REQUEST,
  ZN_REQUEST_REFUSED,
  ZN_REQUEST_UNKNOWN,
} from '../support/diameter-nodes.ts'

const [daemon = '', configuration = ''] = process.argv.slice(2)
const RELAY = { originHost: 'relay.ipx.example', host: '192.0.2.10', port: 24_870 }
const HSS = { originHost: 'hss.home.example', originRealm: 'home.example', port: 24_868 }
const ZH_CLIENT = { originHost: 'bsf.visited.example', originRealm: 'visited.example' }
const BSF = { originHost: 'zn.bsf.example', originRealm: 'bsf.example', port: 24_869 }
const NAF = { originHost: 'naf.service.example', originRealm: 'service.example' }
const LISTEN = { host: '127.0.0.1', relays: [RELAY.originHost] }

/** The relay as it is now; it says nothing here. */
async function startRelay(): Promise<ChildProcess> {
  const child = spawn(daemon, ['-c', configuration], { stdio: 'ignore' })
  for (let n = 0; n < 100; n++) {
    const socket = connect(RELAY.port, RELAY.host)
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isUp) return child
    await sleep(100)
  }
  throw new Error('the relay does not start')
}

async function stopRelay(relay: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(relay, 'exit')
  relay.kill(signal)
  await ended
}

function say(name: string, value: unknown): void {
  process.stdout.write(`${JSON.stringify([name, value])}\n`)
}

/** A line to the relay on which anything can be said in between, to either end. */
async function startNoisyLine() {
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((client) => {
    const upstream = connect(RELAY.port, RELAY.host)
    const pair = [client, upstream] as const
    pairs.add(pair)
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.once('close', () => {
        pairs.delete(pair)
        for (const end of pair) end.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    say(to: 'to us' | 'to the relay', octets: Uint8Array): void {
      for (const pair of pairs) pair[to === 'to us' ? 0 : 1].write(octets)
    },
    close: () => new Promise<unknown>((resolve) => server.close(resolve)),
  }
}

/** Asks until there is an answer. */
async function eventually(ask: () => Promise<{ readonly outcome: string }>): Promise<string> {
  const giveUpAt = performance.now() + 30_000
  for (;;) {
    const { outcome } = await ask()
    if (outcome !== 'unavailable' || performance.now() > giveUpAt) return outcome
    await sleep(200)
  }
}

const hssRole = await startHss()
const serveHss = () =>
  serveDiameterZh(
    { ...HSS, ...LISTEN, hss: hssRole, bsfs: [ZH_CLIENT.originHost] },
    testPorts('hss'),
  )
let hss = await serveHss()
const bsf = await serveDiameterZn(
  { ...BSF, ...LISTEN, bsf: await startBsf(NAF.originHost) },
  testPorts('bsf'),
)
let relay = await startRelay()
const way = { targets: [RELAY], timeoutMs: 5000 }
const zh = connectDiameterZh(
  { ...ZH_CLIENT, ...way, destinationRealm: HSS.originRealm },
  testPorts('zh'),
)
const zn = connectDiameterZn({ ...NAF, ...way, destinationRealm: BSF.originRealm }, testPorts('zn'))
const askZh = () => zh.requestVector({ impi: WORKED.impi })
const askZn = () => zn.requestBootstrappingInfo(ZN_REQUEST)

say('zh first', await eventually(askZh))
const vector = await askZh()
say('zh', vector.outcome === 'success' ? [vector.impi, vector.guss?.slice(0, 6)] : vector)
say('zh unknown', await zh.requestVector({ impi: parseImpi('nobody@home.example') }))
const resynchronization = { rand: WORKED.rand, auts: new Uint8Array(14) }
say('zh resynchronization', await zh.requestVector({ impi: WORKED.impi, resynchronization }))
const many = await Promise.all(Array.from({ length: 200 }, askZh))
say('zh 200 at once', [...new Set(many.map(({ outcome }) => outcome))])

say('zn first', await eventually(askZn))
const keys = await askZn()
say('zn', keys.outcome === 'success' ? toHex(keys.meKeyMaterial.reveal()) : keys)
say('zn refused', await zn.requestBootstrappingInfo(ZN_REQUEST_REFUSED))
say('zn unknown', await zn.requestBootstrappingInfo(ZN_REQUEST_UNKNOWN))

await hss.close()
say('without an HSS', await askZh())
hss = await serveHss()
say('with an HSS again', await eventually(askZh))

await stopRelay(relay, 'SIGKILL')
say('relay killed', await askZh())
relay = await startRelay()
say('relay back', [await eventually(askZh), await eventually(askZn)])

await stopRelay(relay, 'SIGTERM')
say('relay stopped', await askZn())
relay = await startRelay()
say('relay back again', [await eventually(askZh), await eventually(askZn)])

await zh.close()
const line = await startNoisyLine()
const target = { ...RELAY, host: '127.0.0.1', port: line.port }
const noisy = connectDiameterZh(
  { ...ZH_CLIENT, targets: [target], timeoutMs: 5000, destinationRealm: HSS.originRealm },
  testPorts('noisy'),
)
const askNoisy = () => noisy.requestVector({ impi: WORKED.impi })
say('over a noisy line', await eventually(askNoisy))
for (const noise of [new Uint8Array(1000), Buffer.from('0100001001fffffc', 'hex')]) {
  line.say('to us', noise)
  say('garbage from the relay', await eventually(askNoisy))
  line.say('to the relay', noise)
  say('garbage to the relay', await eventually(askNoisy))
}

await Promise.all([noisy.close(), zn.close()])
await line.close()
await Promise.all([hss.close(), bsf.close()])
await stopRelay(relay, 'SIGKILL')
say('end', 'nothing is left open')
