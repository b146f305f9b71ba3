/** What a PN GW and a PNE show of themselves, read by tshark: TLS with their key logs, and their captures. Design 11 */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../../src/octets/octets.ts'
import { findInteropTool } from '../support/interop-tool.ts'
import { NETWORK_IDS, type ProcessNetwork, startNetwork } from '../support/process-network.ts'
import { runCpns } from '../support/run-cpns.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const tshark = findInteropTool('tshark', 'tshark')
const text2pcap = findInteropTool('text2pcap', 'wireshark-common')

/** Hears one connection. */
async function listenIn(target: number) {
  const heard: string[] = []
  const proxy = await startTcpProxy(target, (octets, to) => {
    const direction = to === 'server' ? 'O' : 'I'
    heard.push(`${direction}\n000000 ${toHex(octets).match(/../g)?.join(' ')}\n`)
  })
  return { proxy, dump: () => heard.join('') }
}

describe.skipIf(tshark === undefined || text2pcap === undefined)('a network at work', () => {
  let network: ProcessNetwork
  const proxies: TcpProxy[] = []
  let toServer: Awaited<ReturnType<typeof listenIn>>
  let toGateway: Awaited<ReturnType<typeof listenIn>>
  beforeAll(async () => {
    network = await startNetwork(
      (entity, path) =>
        entity === 'gateway'
          ? [
              ...['--keylog', path('gateway.keys'), '--trace-file', path('gateway.jsonl')],
              ...['--pcap', path('gateway.pcap'), '--pcap-style', 'ip'],
            ]
          : [],
      async (serverPort) => {
        toServer = await listenIn(serverPort)
        proxies.push(toServer.proxy)
        return toServer.proxy.port
      },
    )
    toGateway = await listenIn(Number(new URL(network.gateway.said('PNEs')).port))
    proxies.push(toGateway.proxy)
    await network.pairSensor(`wss://127.0.0.1:${toGateway.proxy.port}/pne`)
    const sent = await runCpns([
      ...['pne', 'send', '--data', network.path('sensor'), '--to', NETWORK_IDS.sensor, 'hello'],
      ...['--keylog', network.path('pne.keys'), '--trace-file', network.path('pne.jsonl')],
      ...['--pcap', network.path('pne.pcap')],
    ])
    expect(sent.status, sent.stderr).toBe(0)
    expect(sent.stderr).toContain('WARNING')
  }, 300_000)
  afterAll(async () => {
    for (const proxy of proxies) await proxy.close()
    await network?.close()
  })

  /** WebSocket upgrade, as tshark reads it in a TLS connection with a key log. */
  async function decrypted(dump: string, keys: string | undefined): Promise<string> {
    const [text, pcap] = [network.path('heard.txt'), network.path('heard.pcap')]
    writeFileSync(text, dump)
    await text2pcap!.run(['-q', '-D', '-T', '40000,443', text, pcap])
    const option = keys === undefined ? [] : ['-o', `tls.keylog_file:${network.path(keys)}`]
    const follow = ['-q', '-z', 'follow,tls,ascii,0']
    return (await tshark!.run(['-r', pcap, ...option, ...follow])).stdout
  }

  test('CPNS-2 is decrypted with the key log of the PN GW, its client, and not without', async () => {
    expect(await decrypted(toServer.dump(), 'gateway.keys')).toContain('GET /cpns HTTP/1.1')
    expect(await decrypted(toServer.dump(), undefined)).not.toContain('GET /cpns')
    expect(await decrypted(toServer.dump(), 'pne.keys')).not.toContain('GET /cpns')
  })

  test('CPNS-1 is decrypted with the key log of either end', async () => {
    for (const keys of ['gateway.keys', 'pne.keys']) {
      expect(await decrypted(toGateway.dump(), keys), keys).toContain('GET /pne HTTP/1.1')
    }
    expect(await decrypted(toGateway.dump(), undefined)).not.toContain('GET /pne')
  })

  test('their captures are whole, relayed frames in them too', async () => {
    for (const file of ['gateway.pcap', 'pne.pcap']) {
      const { status, stdout } = await tshark!.run(['-r', network.path(file), '-V'])
      expect(status).toBe(0)
      expect(stdout, file).not.toMatch(/malformed|Expert Info \((?:Error|Warning)/i)
      expect(stdout, file).toContain('ConnectRequest')
    }
    const frames = ['-Y', 'websocket.opcode == 2', '-T', 'fields', '-e', 'data.data']
    const { stdout } = await tshark!.run(['-r', network.path('gateway.pcap'), ...frames])
    const relayed = stdout.trim().split('\n')
    expect(relayed.some((hex) => hex.startsWith('0100') && hex.length === 68)).toBe(true)
    expect(relayed.some((hex) => hex.startsWith('0101'))).toBe(true)
  })

  test('their traces have the octets of every message, and no secret', () => {
    for (const file of ['gateway.jsonl', 'pne.jsonl']) {
      const lines = readFileSync(network.path(file), 'utf8').trim().split('\n')
      const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      const bare = events.filter(({ kind, octets }) => kind === 'message' && !octets)
      expect(bare, file).toEqual([])
      expect(events.length).toBeGreaterThan(5)
    }
  })
})
