import { EventEmitter, once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { CPNS_MEDIA_TYPE } from '../../cpns/messages.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { NAF_BTID, NAF_FQDN } from '../../naf/naf.fixture.ts'
import { utf8 } from '../../octets/octets.ts'
import type { FrameSocket } from '../../ports/frame-socket.ts'
import { connectPskTls } from '../naf/psk-client.ts'
import { keyAnswer, uaKeyOf } from '../naf/psk-world.fixture.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { connectFrameSocket } from '../ws/connect-frame-socket.ts'
import type { PostEndpoint } from './answer-post.ts'
import { openRawClient, requestText } from './http.fixture.ts'
import { connectCpnsPost } from './post-cpns.ts'
import type { RequestContext } from './request-context.ts'
import { type RunningServer, type ServeCpnsOptions, serveCpns } from './serve-cpns.ts'

const servers: RunningServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serve(changes: Partial<ServeCpnsOptions> = {}): Promise<RunningServer> {
  const server = await serveCpns({ host: '127.0.0.1', port: 0, ...changes })
  servers.push(server)
  return server
}

const echo: ServeCpnsOptions['post'] = {
  path: '/cpns',
  answer: async (octets) => ({ status: 200, contentType: CPNS_MEDIA_TYPE, body: octets }),
}
const POST = requestText('POST', '/cpns', {
  headers: { 'content-type': CPNS_MEDIA_TYPE },
  body: '<a/>',
})

describe('under PSK-TLS', () => {
  const clock = createVirtualClock()
  const psk = {
    clock,
    lookup: async (offer: Parameters<typeof keyAnswer>[0]) => keyAnswer(offer, clock.nowMs()),
  }
  const way = (address: { readonly host: string; readonly port: number }) =>
    connectPskTls({ ...address, nafFqdn: NAF_FQDN, key: uaKeyOf('1.3', clock), clock })

  test('POST and WebSocket work at one path, and know who asks and from where', async () => {
    const contexts: RequestContext[] = []
    const server = await serve({
      psk,
      post: {
        path: '/cpns',
        async answer(octets, context) {
          contexts.push(context)
          return { status: 200, contentType: CPNS_MEDIA_TYPE, body: octets }
        },
      },
      sockets: {
        path: '/cpns',
        subprotocol: 'cpns2.v1',
        accept(socket, context) {
          contexts.push(context)
          void socket.receive().then((frame) => frame && socket.send(frame))
        },
      },
    })
    const url = (scheme: string) => `${scheme}://127.0.0.1:${server.port}/cpns`
    const client = connectCpnsPost({ url: url('https'), psk: way })
    expect(await client.post(utf8('<a/>'))).toEqual({ status: 200, body: utf8('<a/>') })
    await client.close()
    const target = { url: url('wss'), subprotocol: 'cpns2.v1', psk: way }
    const socket = await connectFrameSocket(target)
    await socket.send({ kind: 'text', octets: utf8('<b/>') })
    expect(await socket.receive()).toEqual({ kind: 'text', octets: utf8('<b/>') })
    const known = { remoteAddress: '127.0.0.1', secure: true, pskPeer: { btid: NAF_BTID } }
    expect(contexts).toMatchObject([known, known])
    await server.close()
    expect(await socket.receive()).toBeUndefined()
    await expect(connectFrameSocket(target)).rejects.toThrow()
  })

  test('a request that trickles in is given up', async () => {
    const server = await serve({ psk, post: echo, requestTimeoutMs: 300 })
    const socket = await way({ host: '127.0.0.1', port: server.port })
    socket.write('POST /cpns HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n')
    const [head] = (await once(socket, 'data')) as [Buffer]
    expect(String(head)).toContain('408')
    socket.destroy()
  })

  test('a certificate is nowhere', async () => {
    const server = await serve({ psk, post: echo })
    const trust = { kind: 'pin', sha256: testCertificate().pin } as const
    const client = connectCpnsPost({ url: `https://127.0.0.1:${server.port}/cpns`, trust })
    await expect(client.post(utf8('<a/>'))).rejects.toThrow(/cannot connect/)
    await client.close()
  })
})

describe('where it listens', () => {
  test('both ways of CPNS-2 work at one path over TLS', async () => {
    const certificate = testCertificate()
    const secure: boolean[] = []
    const server = await serve({
      tls: certificate,
      post: echo,
      sockets: {
        path: '/cpns',
        subprotocol: 'cpns2.v1',
        accept: (socket, context) => {
          secure.push(context.secure)
          void socket.receive().then((frame) => frame && socket.send(frame))
        },
      },
    })
    const trust = { kind: 'pin', sha256: certificate.pin } as const
    const url = (scheme: string) => `${scheme}://localhost:${server.port}/cpns`
    const client = connectCpnsPost({ url: url('https'), trust })
    expect(await client.post(utf8('<a/>'))).toEqual({ status: 200, body: utf8('<a/>') })
    await client.close()
    const socket = await connectFrameSocket({ url: url('wss'), subprotocol: 'cpns2.v1', trust })
    await socket.send({ kind: 'text', octets: utf8('<b/>') })
    expect(await socket.receive()).toEqual({ kind: 'text', octets: utf8('<b/>') })
    expect(secure).toEqual([true])
    socket.close()
  })

  test.each(['0.0.0.0', '::', '192.0.2.1', 'cpns.example'])(
    'without TLS it does not listen on %s',
    async (host) => {
      await expect(serveCpns({ host, port: 0, post: echo })).rejects.toThrow(ConfigurationInvalid)
    },
  )

  test('a port in use, or a host that is not here, is named', async () => {
    const { port } = await serve()
    const again = serveCpns({ host: '127.0.0.1', port })
    await expect(again).rejects.toThrow(ConfigurationInvalid)
    await expect(again).rejects.toThrow(`127.0.0.1:${port} (the port is in use)`)
    const foreign = serveCpns({ host: '192.0.2.1', port: 0, tls: testCertificate() })
    await expect(foreign).rejects.toThrow(/192\.0\.2\.1:0 \(this machine has no such address\)/)
  })

  test('a certificate that does not fit its key is refused', async () => {
    const { certificatePem } = testCertificate()
    const { privateKeyPem } = testCertificate()
    for (const tls of [
      { certificatePem, privateKeyPem },
      { certificatePem: 'x', privateKeyPem },
    ]) {
      await expect(serve({ tls })).rejects.toThrow(ConfigurationInvalid)
    }
  })
})

describe('limits', () => {
  test('a head over 8 KiB is refused', async () => {
    const { port } = await serve({ post: echo })
    const client = await openRawClient(port)
    client.write(requestText('POST', '/cpns', { headers: { padding: 'x'.repeat(9_000) } }))
    expect(await client.ended).toMatch(/^HTTP\/1\.1 431 /)
  })

  test('what is no HTTP is refused', async () => {
    const { port } = await serve({ post: echo })
    const client = await openRawClient(port)
    client.write('\x16\x03\x01 hello\r\n\r\n')
    expect(await client.ended).toMatch(/^HTTP\/1\.1 400 /)
  })

  test.each([
    ['head', 'POST /cpns HTTP/1.1\r\nhost: a\r\n'],
    ['body', POST.slice(0, -1)],
  ])('a %s that trickles in is given up', async (_, text) => {
    const { port } = await serve({ post: echo, requestTimeoutMs: 300 })
    const client = await openRawClient(port)
    client.write(text)
    expect(await client.ended).toMatch(/^HTTP\/1\.1 408 /)
  })

  test.each([
    [
      'with two kinds of length',
      'content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['with two lengths', 'content-length: 4\r\ncontent-length: 5\r\n\r\n<a/>x'],
    ['with a list of lengths', 'content-length: 4, 4\r\n\r\n<a/>'],
    ['with an unknown coding', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['with a space before a colon', 'transfer-encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['with a folded line', 'x: a\r\n content-length: 4\r\n\r\n<a/>'],
  ])('a request %s is 400, and nobody answers what follows it', async (_, rest) => {
    let answered = 0
    const answer: PostEndpoint['answer'] = async (octets) => {
      answered += 1
      return { status: 200, contentType: CPNS_MEDIA_TYPE, body: octets }
    }
    const { port } = await serve({ post: { path: '/cpns', answer } })
    const client = await openRawClient(port)
    const head = `POST /cpns HTTP/1.1\r\nhost: a\r\ncontent-type: ${CPNS_MEDIA_TYPE}\r\n`
    client.write(`${head}${rest}${POST}`)
    expect((await client.ended).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400'])
    expect(answered).toBe(0)
  })

  test('a TLS handshake that never comes is given up', async () => {
    const { port } = await serve({ tls: testCertificate(), requestTimeoutMs: 300 })
    const client = await openRawClient(port)
    expect(await client.ended).toBe('')
  })

  test('a TLS handshake that begins and does not go on is given up', async () => {
    const { port } = await serve({ tls: testCertificate(), requestTimeoutMs: 300 })
    const client = await openRawClient(port)
    // The head of a handshake record of 512 octets, and the first of a ClientHello.
    client.write('\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001')
    expect(await client.ended).toBe('')
  })

  test('connections over the limit are not served', async () => {
    const { port } = await serve({ post: echo, maxConnections: 1 })
    const first = await openRawClient(port)
    first.write(POST)
    await once(first.socket, 'data')
    const second = await openRawClient(port)
    second.write(POST)
    expect(await second.ended.catch(() => '')).toBe('')
    first.socket.destroy()
  })

  test('TLS 1.1 is refused', async () => {
    const { port } = await serve({ tls: testCertificate(), post: echo })
    const socket = connectTls({
      port,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toMatch(/^ERR_SSL/)
  })
})

describe('closing', () => {
  test('it ends idle, upgraded and half-open connections, and stops listening', async () => {
    const opened: FrameSocket[] = []
    const accept = (socket: FrameSocket) => void opened.push(socket)
    const server = await serve({
      post: echo,
      sockets: { path: '/pne', subprotocol: 'cpns1.v1', accept },
    })
    const idle = await openRawClient(server.port)
    idle.write(POST)
    await once(idle.socket, 'data')
    const halfOpen = await openRawClient(server.port)
    halfOpen.write('POST /cpns')
    const url = `ws://127.0.0.1:${server.port}/pne`
    const socket = await connectFrameSocket({ url, subprotocol: 'cpns1.v1' })
    await Promise.all([server.close(), server.close()])
    await Promise.all([idle.ended, halfOpen.ended.catch(() => {}), socket.closed])
    expect(await socket.receive()).toBeUndefined()
    expect(opened).toHaveLength(1)
    await expect(openRawClient(server.port)).rejects.toThrow('ECONNREFUSED')
  })

  test('an answer that is under way is still given', async () => {
    const steps = new EventEmitter()
    const [begun, released] = [once(steps, 'begin'), once(steps, 'release')]
    const server = await serve({
      post: {
        path: '/cpns',
        answer: async (octets) => {
          steps.emit('begin')
          await released
          return { status: 200, contentType: CPNS_MEDIA_TYPE, body: octets }
        },
      },
    })
    const client = await openRawClient(server.port)
    client.write(POST)
    await begun
    const closing = server.close()
    steps.emit('release')
    expect(await client.ended).toMatch(/^HTTP\/1\.1 200 [\s\S]*<a\/>$/)
    await closing
  })
})
