import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test } from 'vitest'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { checkDiameterPeer, checkPort, checkReachable } from './check-network.ts'

const HOST = '127.0.0.1'

async function withServer<T>(
  server: ReturnType<typeof createServer>,
  use: (at: { host: string; port: number }) => Promise<T>,
): Promise<T> {
  await new Promise<void>((resolve) => void server.listen(0, HOST, resolve))
  const address = server.address()
  try {
    return await use({ host: HOST, port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
  } finally {
    server.close()
  }
}

test('a port is free, in use, or none of ours', async () => {
  expect(await checkPort('--listen', { host: HOST, port: 0 })).toMatchObject({ state: 'ok' })
  const elsewhere = { host: '192.0.2.1', port: 0 }
  expect(await checkPort('--listen', elsewhere)).toMatchObject({ state: 'problem' })
  await withServer(createServer(), async (at) => {
    expect(await checkPort('--listen', at)).toMatchObject({ state: 'warning', found: 'in use' })
  })
})

test('a port of our own is known by its key', async () => {
  const { certificatePem: cert, privateKeyPem: key, pin } = testCertificate()
  await withServer(createTlsServer({ cert, key }), async (at) => {
    expect(await checkPort('--listen', at, pin)).toMatchObject({ state: 'ok' })
    expect(await checkPort('--listen', at, 'ab'.repeat(32))).toMatchObject({ state: 'problem' })
    const trust = { kind: 'pin', sha256: pin } as const
    expect(await checkReachable('x', { ...at, trust })).toMatchObject({ state: 'ok' })
    const wrong = { kind: 'pin', sha256: 'ab'.repeat(32) } as const
    expect(await checkReachable('x', { ...at, trust: wrong })).toMatchObject({ state: 'problem' })
  })
})

test('nobody there', async () => {
  const nobody = { host: HOST, port: 1 }
  expect(await checkReachable('x', nobody)).toMatchObject({
    state: 'problem',
    found: 'cannot connect to 127.0.0.1:1 (ECONNREFUSED)',
  })
  const target = { ...nobody, originHost: 'hss.ims.example' }
  const options = {
    originHost: 'bsf.ims.example',
    originRealm: 'ims.example',
    destinationRealm: 'ims.example',
    applicationId: 16_777_221,
  }
  const ports = { clock: systemClock, random: createSystemRandom() }
  expect(await checkDiameterPeer(target, options, ports)).toMatchObject({
    state: 'problem',
    found: expect.stringContaining('ECONNREFUSED'),
  })
})
