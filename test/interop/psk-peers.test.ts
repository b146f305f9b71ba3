/** PSK-TLS with openssl as the server, and TLS 1.2 as Wireshark decrypts it. TS 33.222 5.4 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  PSK_IDENTITY,
  type PskWorld,
  pskKeyOf,
  readToEnd,
  startPskWorld,
} from '../../src/adapters/naf/psk-world.fixture.ts'
import { AuthenticationFailed } from '../../src/errors/errors.ts'
import { toHex } from '../../src/octets/octets.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const openssl = findInteropTool('openssl', 'openssl')
const tshark = findInteropTool('tshark', 'tshark')
const text2pcap = findInteropTool('text2pcap', 'wireshark-common')

let world: PskWorld
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-psk-peers-'))
  world = await startPskWorld()
})
afterEach(async () => {
  await world.server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(openssl === undefined).each(['1.2', '1.3'] as const)(
  'openssl as server, TLS %s',
  (version) => {
    let server: ChildProcess | undefined
    afterEach(() => void server?.kill())

    async function serve(key: Uint8Array): Promise<number> {
      const where = ['-accept', '127.0.0.1:0', `-tls${version.replace('.', '_')}`, '-nocert']
      const psk = ['-psk', toHex(key), '-psk_identity', PSK_IDENTITY]
      const hint = version === '1.2' ? ['-psk_hint', '3GPP-bootstrapping', '-cipher', 'PSK'] : []
      server = spawn(openssl!.path, ['s_server', ...where, ...psk, ...hint, '-rev'])
      return portOf(server)
    }

    test('our client and it have the same key', async () => {
      const port = await serve(pskKeyOf(version))
      const client = await world.connect({ version, port })
      client.write('olleh\n')
      const answer = await new Promise((resolve) => client.once('data', resolve))
      expect(String(answer)).toBe('hello\n')
      client.destroy()
    })

    test('another key is refused', async () => {
      const port = await serve(new Uint8Array(32))
      await expect(world.connect({ version, port })).rejects.toThrow(AuthenticationFailed)
    })
  },
)

test.skipIf(tshark === undefined || text2pcap === undefined)(
  'TLS 1.2 is decrypted with the key, and with one bit wrong it is not',
  async () => {
    const recorder = await record(world.server.port)
    world.onConnection = (socket) => void socket.end('hello from the NAF')
    const client = await world.connect({ version: '1.2', port: recorder.port })
    expect(await readToEnd(client)).toBe('hello from the NAF')
    recorder.close()

    const [dump, pcap] = [join(folder, 'psk.txt'), join(folder, 'psk.pcap')]
    writeFileSync(dump, recorder.dump())
    await text2pcap!.run(['-q', '-D', '-T', '40000,443', dump, pcap])
    const readWith = async (flipped: number): Promise<string> => {
      const key = pskKeyOf('1.2')
      key[31] = (key[31] as number) ^ flipped
      const keyOption = ['-o', `tls.psk:${toHex(key)}`]
      const follow = ['-q', '-z', 'follow,tls,ascii,0']
      const { stdout } = await tshark!.run(['-r', pcap, ...keyOption, ...follow])
      return stdout
    }
    expect(await readWith(0)).toContain('hello from the NAF')
    const wrong = await readWith(1)
    expect(wrong).toContain('Follow: tls')
    expect(wrong).not.toContain('hello')
  },
  30_000,
)

/** The port in the line that s_server says when it listens. */
function portOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    server.once('exit', () => reject(new Error('openssl s_server does not run')))
    server.stdout?.on('data', (part: Uint8Array) => {
      said += String(part)
      const port = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}

/** A relay to `target` that keeps what passes, in the form that text2pcap reads. */
async function record(target: number) {
  const passed: string[] = []
  const note = (direction: 'I' | 'O', octets: Uint8Array): void => {
    passed.push(`${direction}\n000000 ${toHex(octets).match(/../g)?.join(' ')}\n`)
  }
  const server: Server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    client.on('data', (octets: Uint8Array) => note('I', octets)).pipe(upstream)
    upstream.on('data', (octets: Uint8Array) => note('O', octets)).pipe(client)
    for (const socket of [client, upstream]) socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    dump: () => passed.join('\n'),
    close: () => void server.close(),
  }
}
