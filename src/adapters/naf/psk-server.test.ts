import { createServer as createHttpServer } from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectSecure, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { NAF_BTID, NAF_FQDN, NAF_IMPI } from '../../naf/naf.fixture.ts'
import { helloRecord } from '../../naf/psk-hello.fixture.ts'
import { pskPeerOf, type ServePskTlsOptions, servePskTls } from './psk-server.ts'
import {
  KEY_LIFETIME_MS,
  keyAnswer,
  PSK_IDENTITY,
  type PskWorld,
  pskKeyOf,
  readToEnd,
  startPskWorld,
  uaKeyOf,
} from './psk-world.fixture.ts'

let world: PskWorld
afterEach(async () => {
  await world.server.close()
})

const start = async (options: Partial<ServePskTlsOptions> = {}): Promise<void> => {
  world = await startPskWorld(options)
}
const settle = (ms = 30): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const closed = (socket: Socket): Promise<unknown> =>
  socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve))

/** A client of the platform, as others may write it. */
function connectAnyhow(change: object): TLSSocket {
  const socket = connectSecure({
    host: '127.0.0.1',
    port: world.server.port,
    ca: [],
    ciphers: 'TLS_AES_128_GCM_SHA256:PSK-AES128-GCM-SHA256',
    checkServerIdentity: () => undefined,
    ...change,
  })
  socket.on('error', () => {})
  return socket
}

describe.each(['1.3', '1.2'] as const)('TLS %s', (version) => {
  test('a client that has the key is let in, and known', async () => {
    await start()
    const client = await world.connect({ version })
    client.end('world')
    expect(await readToEnd(client)).toBe('hello world')
    const uaId = version === '1.3' ? '0100000007' : '01000100a8'
    expect(world.peers).toMatchObject([
      { btid: NAF_BTID, impi: NAF_IMPI, nafFqdn: NAF_FQDN, gbaType: 'GBA_U', uaId },
    ])
    expect(world.offers).toMatchObject([{ version, serverName: NAF_FQDN }])
  })

  test('connections at once do not mix', async () => {
    await start()
    world.lookup = async (offer) => {
      await settle(Math.random() * 20)
      return keyAnswer(offer, world.clock.nowMs())
    }
    const all = Array.from({ length: 30 }, async (_, index) => {
      const client = await world.connect({ version })
      client.end(`${index}`)
      expect(await readToEnd(client)).toBe(`hello ${index}`)
    })
    await Promise.all(all)
    expect(world.peers).toHaveLength(30)
  })

  test('a session that the server gave is worth nothing: the key is asked for again', async () => {
    await start()
    const protocol = { minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` }
    const pskCallback = () => ({ psk: pskKeyOf(version), identity: PSK_IDENTITY })
    const first = connectAnyhow({ ...protocol, pskCallback })
    const sessions: Buffer[] = []
    first.on('session', (session: Buffer) => sessions.push(session))
    first.resume()
    await new Promise((resolve) => first.once('secureConnect', resolve))
    await expect.poll(() => sessions.length).toBeGreaterThan(0)
    await settle()
    first.destroy()

    world.lookup = async () => ({ outcome: 'unknown-identity' })
    for (const session of sessions) {
      for (const change of [{}, { pskCallback }]) {
        const again = connectAnyhow({ ...protocol, ...change, session })
        again.write('data')
        expect(await readToEnd(again).catch(() => '')).toBe('')
      }
    }
    expect(world.peers).toHaveLength(1)
  })

  test('a connection ends when its key does, at the latest', async () => {
    await start()
    // A client that would keep it for longer.
    const { expiresAtMs, ...key } = uaKeyOf(version, world.clock)
    const longer = { ...key, expiresAtMs: expiresAtMs + 3_600_000 }
    const client = await world.connect({ version, key: longer })
    client.resume()
    await expect.poll(() => world.peers).toHaveLength(1)
    await world.clock.advance(KEY_LIFETIME_MS - 1)
    expect(client.destroyed).toBe(false)
    const ended = closed(client)
    await world.clock.advance(1)
    await ended
  })

  test('a connection is no longer for a wall clock that was set back', async () => {
    await start()
    const expiresAtMs = world.clock.nowMs() + KEY_LIFETIME_MS
    world.lookup = async (offer) => keyAnswer(offer, expiresAtMs - KEY_LIFETIME_MS)
    world.clock.jumpWall(-KEY_LIFETIME_MS)
    const key = { ...uaKeyOf(version, world.clock), expiresAtMs: Number.MAX_SAFE_INTEGER }
    const client = await world.connect({ version, key })
    client.resume()
    await expect.poll(() => world.peers).toHaveLength(1)
    const ended = closed(client)
    await world.clock.advance(KEY_LIFETIME_MS)
    await ended
  })

  test('a connection whose client has ended is over, also for who does not look', async () => {
    await start()
    world.onConnection = (socket) => void socket.resume()
    const client = await world.connect({ version })
    client.resume()
    await expect.poll(() => world.peers).toHaveLength(1)
    const ended = closed(client)
    client.end()
    await ended
  })

  test('a key that ends during the handshake admits nobody', async () => {
    await start()
    world.lookup = async (offer) => keyAnswer(offer, world.clock.nowMs() - KEY_LIFETIME_MS)
    const client = await world.connect({ version }).catch(() => undefined)
    if (client !== undefined) expect(await readToEnd(client).catch(() => '')).toBe('')
    expect(world.peers).toEqual([])
  })

  test('the wrong key is refused', async () => {
    await start()
    const pskCallback = () => ({ psk: new Uint8Array(32), identity: PSK_IDENTITY })
    const protocol = { minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` }
    const client = connectAnyhow({ ...protocol, pskCallback })
    await closed(client)
    expect(world.peers).toEqual([])
  })

  test('one version accepted means one version', async () => {
    const other = version === '1.3' ? '1.2' : '1.3'
    await start({ versions: [other] })
    await expect(world.connect({ version })).rejects.toThrow()
    await expect(world.connect({ version: other })).resolves.toBeDefined()
  })

  test('two megabytes each way, octet for octet', async () => {
    await start()
    const client = await world.connect({ version })
    const sent = Buffer.alloc(2 * 1024 * 1024, 'abcdefghijk')
    client.end(sent)
    expect(await readToEnd(client)).toBe(`hello ${sent.toString('latin1')}`)
  })
})

describe('TLS', () => {
  test('the hint names the kinds of key', async () => {
    await start({ keyUses: ['ME', 'UICC'] })
    const hint = new Promise((resolve) => {
      connectAnyhow({
        maxVersion: 'TLSv1.2',
        pskCallback(given: string) {
          resolve(given)
          return null
        },
      })
    })
    expect(await hint).toBe('3GPP-bootstrapping;3GPP-bootstrapping-uicc')
  })

  test.each([
    ['TLS 1.2', 'PSK-AES256-GCM-SHA384:PSK-AES128-CBC-SHA:ECDHE-PSK-AES128-CBC-SHA', 'TLSv1.2'],
    ['TLS 1.3', 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256', 'TLSv1.3'],
  ])('no other suite of %s is accepted', async (_name, ciphers, maxVersion) => {
    await start()
    const pskCallback = () => ({ psk: pskKeyOf('1.2'), identity: PSK_IDENTITY })
    const client = connectAnyhow({ ciphers, minVersion: maxVersion, maxVersion, pskCallback })
    await closed(client)
    expect(world.peers).toEqual([])
  })

  test('a client without a key is refused', async () => {
    await start()
    await closed(connectAnyhow({ ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256' }))
    expect(world.peers).toEqual([])
  })

  test('an application protocol is agreed', async () => {
    await start({ alpn: ['http/1.1'] })
    const client = await world.connect({ alpn: ['h2', 'http/1.1'] })
    expect(client.alpnProtocol).toBe('http/1.1')
  })
})

test('a server of HTTP on top knows whose request it is', async () => {
  await start()
  const http = createHttpServer((asked, response) => {
    response.end(pskPeerOf(asked.socket)?.btid)
  })
  world.onConnection = (socket) => http.emit('connection', socket)
  const client = await world.connect()
  client.write('GET / HTTP/1.1\r\nHost: naf\r\nConnection: close\r\n\r\n')
  expect(await readToEnd(client)).toMatch(
    new RegExp(`^HTTP/1.1 200 OK\r\n[^]*${NAF_BTID.slice(-15)}`),
  )
})

test('nobody is at the other end of any other socket', async () => {
  await start()
  expect(pskPeerOf({})).toBeUndefined()
})

describe('handshakes that do not end', () => {
  const silent = async (count: number): Promise<Socket[]> => {
    const sockets = Array.from({ length: count }, () => {
      const socket = connectTcp(world.server.port, '127.0.0.1')
      socket.on('error', () => {}).resume()
      socket.write(helloRecord().subarray(0, 40))
      return socket
    })
    await Promise.all(sockets.map((s) => new Promise((resolve) => s.once('connect', resolve))))
    await settle()
    return sockets
  }

  test('have their time, whatever they send', async () => {
    await start({ handshakeTimeoutMs: 1_000 })
    const [slow] = await silent(1)
    await world.clock.advance(999)
    slow?.write(helloRecord().subarray(40, 41))
    await settle()
    expect(slow?.destroyed).toBe(false)
    await world.clock.advance(1)
    await closed(slow as Socket)
    expect(world.clock.pendingTimers()).toBe(0)
  })

  test('a look-up that never ends has the same time', async () => {
    await start({ handshakeTimeoutMs: 1_000 })
    world.lookup = () => new Promise(() => {})
    const asked = world.connect({ timeoutMs: 60_000 })
    const failed = expect(asked).rejects.toThrow()
    while (world.offers.length === 0) await settle(1)
    await world.clock.advance(1_000)
    await failed
  })

  test('a flood of them gives way to who has a key', async () => {
    await start({ maxHandshakes: 20 })
    await silent(300)
    const gaveWay = (): number => world.logged.filter((line) => line.endsWith('-full')).length
    await expect.poll(gaveWay).toBe(280)
    const client = await world.connect()
    client.end()
    expect(await readToEnd(client)).toBe('hello ')
  })

  test('the limit of connections holds', async () => {
    await start({ maxConnections: 2 })
    const sockets = await silent(5)
    await expect.poll(() => sockets.filter((socket) => socket.destroyed).length).toBe(3)
  })
})

test('after the end nothing is left: no connection, no timer', async () => {
  await start()
  const client = await world.connect()
  client.resume()
  await settle()
  const ended = closed(client)
  await Promise.all([world.server.close(), world.server.close(), ended])
  await expect.poll(() => world.clock.pendingTimers()).toBe(0)
})

test('what cannot be listened on is an error of the configuration', async () => {
  await start()
  const { port } = world.server
  const ports = { lookup: world.lookup, clock: world.clock, onConnection() {} }
  const listening = servePskTls({ host: '127.0.0.1', port }, ports)
  await expect(listening).rejects.toThrow(ConfigurationInvalid)
  const none = servePskTls({ host: '127.0.0.1', port: 0, versions: [] }, ports)
  await expect(none).rejects.toThrow(RangeError)
})
