import { createServer, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { AuthenticationFailed, TransportFailed } from '../../errors/errors.ts'
import type { UaKeyWanted } from '../../naf/card-key-source.ts'
import { NAF_FQDN } from '../../naf/naf.fixture.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { createPskConnector } from './psk-client.ts'
import { KEY_LIFETIME_MS, type PskWorld, startPskWorld, uaKeyOf } from './psk-world.fixture.ts'

let world: PskWorld
beforeEach(async () => {
  world = await startPskWorld()
})
afterEach(async () => {
  await world.server.close()
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

describe.each(['1.3', '1.2'] as const)('TLS %s', (version) => {
  test('a server that knows the key is connected to, until the key ends', async () => {
    const client = await world.connect({ version })
    client.resume()
    expect(client.getProtocol()).toBe(`TLSv${version}`)
    const closed = new Promise((resolve) => client.once('close', resolve))
    await world.clock.advance(KEY_LIFETIME_MS)
    await closed
  })

  test('a server that has another key is refused', async () => {
    const key = { ...uaKeyOf(version, world.clock), key: Secret.of(new Uint8Array(32)) }
    await expect(world.connect({ version, key })).rejects.toThrow(AuthenticationFailed)
  })

  test('a server that does not know the B-TID is refused', async () => {
    world.lookup = async () => ({ outcome: 'unknown-identity' })
    await expect(world.connect({ version })).rejects.toThrow(/does not have this key/)
  })

  test('a server that cannot ask is no reason for a new key', async () => {
    world.lookup = async () => ({ outcome: 'unavailable' })
    await expect(world.connect({ version })).rejects.toThrow(TransportFailed)
  })

  test('a subscriber that may not come is not bootstrapped again', async () => {
    world.lookup = async () => ({ outcome: 'forbidden' })
    const { clock, server } = world
    let obtained = 0
    const keys = {
      async obtain() {
        obtained += 1
        return uaKeyOf(version, clock)
      },
    }
    const connect = createPskConnector({ keys, clock, nafFqdn: NAF_FQDN, version })
    const refused = connect({ host: '127.0.0.1', port: server.port })
    await expect(refused).rejects.toThrow(/does not accept the key of this card/)
    expect(obtained).toBe(1)
  })

  test('a connector bootstraps once more if the server does not know the key', async () => {
    const wanted: UaKeyWanted[] = []
    const keys = {
      async obtain(asked: UaKeyWanted) {
        wanted.push(asked)
        const good = uaKeyOf(version, world.clock)
        return wanted.length > 1 ? good : { ...good, key: Secret.of(new Uint8Array(32)) }
      },
    }
    const { clock, server } = world
    const connect = createPskConnector({ keys, clock, nafFqdn: NAF_FQDN, version })
    const client = await connect({ host: '127.0.0.1', port: server.port })
    client.destroy()
    const { btid } = uaKeyOf(version, clock)
    expect(wanted.map(({ refused }) => refused)).toEqual([undefined, btid])
    const unreachable = connect({ host: '127.0.0.1', port: 1 })
    await expect(unreachable).rejects.toThrow(TransportFailed)
    expect(wanted).toHaveLength(3)
  })
})

test('a certificate is never accepted instead of the key', async () => {
  const { certificatePem: cert, privateKeyPem: key } = testCertificate()
  const impostor = createTlsServer({ cert, key, minVersion: 'TLSv1.3' })
  impostor.on('tlsClientError', () => {})
  const port = await listen(impostor)
  await expect(world.connect({ port })).rejects.toThrow()
  impostor.close()
})

test('a key that is over connects to nobody', async () => {
  const key = { ...uaKeyOf('1.3', world.clock), expiresAtMs: world.clock.nowMs() }
  await expect(world.connect({ key })).rejects.toThrow(AuthenticationFailed)
  expect(world.offers).toEqual([])
})

test('a server that says nothing has its time', async () => {
  const silent = createServer((socket) => void socket.resume().on('error', () => {}))
  const port = await listen(silent)
  const connecting = expect(world.connect({ port, timeoutMs: 500 })).rejects.toThrow(
    /within 500 ms/,
  )
  await world.clock.advance(500)
  await connecting
  silent.close()
})

test('a server that wants another kind of key by its hint is told no identity', async () => {
  await world.server.close()
  world = await startPskWorld({ keyUses: ['UICC'] })
  await expect(world.connect({ version: '1.2' })).rejects.toThrow(TransportFailed)
  expect(world.offers).toEqual([])
})
