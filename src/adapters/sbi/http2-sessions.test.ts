import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { causeOf } from '../../sbi/problem-details.ts'
import type { SbiRoute } from '../../sbi/routes.ts'
import { connectHttp2 } from './connect-http2.ts'
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  headerBlock,
  openFrames,
  request,
} from './http2-frames.fixture.ts'
import { CLOSE_GRACE_MS } from './http2-sessions.ts'
import { linkOptions } from './sbi.fixture.ts'
import { type SbiLimits, type SbiServer, serveSbi } from './serve-sbi.ts'

const { REFUSED, CALM, CANCEL } = { REFUSED: 7, CALM: 11, CANCEL: 8 }

let server: SbiServer
let answered: number
let hold: Promise<void> | undefined
afterEach(async () => {
  hold = undefined
  const startMs = performance.now()
  await server.close()
  // Nothing that a test left behind may need to be waited for longer than the grace.
  expect(performance.now() - startMs).toBeLessThan(CLOSE_GRACE_MS + 500)
})

async function serve(limits: Partial<SbiLimits> = {}): Promise<void> {
  answered = 0
  const route: SbiRoute = {
    method: 'POST',
    path: /^\/a$/,
    accepts: ['application/json'],
    async answer() {
      answered += 1
      await hold
      const body = new TextEncoder().encode('{"done":true}')
      return { status: 200, contentType: 'application/json', body }
    },
  }
  server = await serveSbi('HTTP/2', { ...linkOptions(false, 'naf').serve, limits }, [route])
}

/** That the server still serves, from a client that behaves. */
async function expectServed(): Promise<void> {
  const client = connectHttp2({ apiRoot: `http://127.0.0.1:${server.port}`, timeoutMs: 3000 })
  const contentType = 'application/json'
  const answer = await client.ask({
    method: 'POST',
    path: '/a',
    contentType,
    body: Buffer.from('{}'),
  })
  await client.close()
  expect(answer?.status).toBe(200)
}

function open(): ClientHttp2Session {
  return connect(`http://127.0.0.1:${server.port}`).on('error', () => {})
}

const POST = { ':method': 'POST', ':path': '/a', 'content-type': 'application/json' }

/** Status, cause and the error of the stream, if there was one. */
async function exchange(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  write: (stream: ReturnType<ClientHttp2Session['request']>) => void,
) {
  const stream = session.request(headers, { endStream: false })
  let status: number | undefined
  let type = ''
  let body = ''
  stream.on('error', () => {})
  stream.on('response', (head) => {
    status = head[':status']
    type = String(head['content-type'])
  })
  stream.on('data', (part: Buffer) => {
    body += part.toString()
  })
  write(stream)
  // Not its event: the platform gives that only when nothing is left to write.
  while (!stream.closed) await pause(5)
  const answer = { status: status ?? 0, contentType: type, body: Buffer.from(body) }
  return { status, cause: causeOf(answer), error: stream.rstCode }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('slow clients', () => {
  test('a body that does not come, and one that drips: 408, and the stream ends', async () => {
    await serve({ requestTimeoutMs: 200 })
    const session = open()
    const tooSlow = { status: 408, cause: 'UNSPECIFIED_MSG_FAILURE', error: 0 }
    expect(await exchange(session, POST, () => {})).toEqual(tooSlow)
    const dripping = await exchange(session, POST, (stream) => {
      const timer = setInterval(() => void stream.write(' '), 20)
      stream.once('close', () => clearInterval(timer))
    })
    expect(dripping).toEqual(tooSlow)
    expect(answered).toBe(0)
    session.destroy()
    await expectServed()
  })

  test('an answer that is not taken: the stream ends', async () => {
    await serve({ requestTimeoutMs: 200 })
    // SETTINGS_INITIAL_WINDOW_SIZE 0: not one octet of a body may be sent.
    const { socket, until } = await openFrames(server.port, Buffer.from('000400000000', 'hex'))
    const block = headerBlock([...request('POST', '/b')])
    const flags = END_HEADERS | END_STREAM
    socket.write(frame(FRAME.headers, { stream: 1, flags, payload: block }))
    await until(({ type }) => type === FRAME.headers)
    const reset = await until(({ type }) => type === FRAME.rstStream)
    expect([reset.stream, reset.payload.readUInt32BE(0)]).toEqual([1, CANCEL])
    socket.destroy()
  })

  test('half a HEADERS frame, octet by octet, and a connection of pings alone: closed', async () => {
    await serve({ idleTimeoutMs: 300 })
    const half = await openFrames(server.port)
    const whole = frame(FRAME.headers, {
      stream: 1,
      flags: END_HEADERS,
      payload: Buffer.alloc(4000),
    })
    let sent = 0
    const dripping = setInterval(() => {
      half.socket.write(whole.subarray(sent, sent + 1))
      sent += 1
    }, 20)
    const pings = await openFrames(server.port)
    const pinging = setInterval(
      () => void pings.socket.write(frame(FRAME.ping, { payload: Buffer.alloc(8) })),
      20,
    )
    const silent = connectTcp(server.port, '127.0.0.1')
    const silentClosed = once(silent.resume(), 'close')
    await Promise.all([half.closed, pings.closed, silentClosed])
    clearInterval(dripping)
    clearInterval(pinging)
    expect(pings.frames.some(({ type }) => type === FRAME.goaway)).toBe(true)
    await expectServed()
  })

  test('a connection that asks now and then stays', async () => {
    await serve({ idleTimeoutMs: 400 })
    const session = open()
    for (let n = 0; n < 4; n += 1) {
      const { status } = await exchange(session, POST, (stream) => stream.end('{}'))
      expect(status).toBe(200)
      await pause(200)
    }
    session.destroy()
  })
})

describe('too much', () => {
  test('too many streams at once: those above are refused, the others answered', async () => {
    await serve({ maxStreams: 4 })
    let release = (): void => {}
    hold = new Promise((resolve) => {
      release = resolve
    })
    const { socket, frames, until } = await openFrames(server.port)
    const block = headerBlock([...request('POST', '/a'), ['content-type', 'application/json']])
    const flags = END_HEADERS | END_STREAM
    for (let n = 0; n < 7; n += 1) {
      socket.write(frame(FRAME.headers, { stream: 1 + 2 * n, flags, payload: block }))
    }
    await until(({ type, stream }) => type === FRAME.rstStream && stream === 13)
    release()
    await until(({ type, stream }) => type === FRAME.data && stream === 7)
    const resets = frames.filter(({ type }) => type === FRAME.rstStream)
    expect(resets.map(({ stream, payload }) => [stream, payload.readUInt32BE(0)])).toEqual([
      [9, REFUSED],
      [11, REFUSED],
      [13, REFUSED],
    ])
    expect(answered).toBe(4)
    socket.destroy()
  })

  test('headers over 16 KiB: the stream is reset, the connection stays', async () => {
    await serve()
    const session = open()
    const large = { ...POST, 'x-large': 'x'.repeat(20_000) }
    const early = await exchange(session, large, (stream) => stream.end('{}'))
    expect(early).toEqual({ status: 431, cause: 'UNSPECIFIED_MSG_FAILURE', error: 0 })
    const refused = await exchange(session, large, (stream) => stream.end('{}'))
    expect(refused).toEqual({ status: undefined, cause: undefined, error: CALM })
    const { status } = await exchange(session, POST, (stream) => stream.end('{}'))
    expect([status, answered]).toEqual([200, 1])
    session.destroy()
  })

  test('a body over 16 KiB, also one that never ends: 413, and the stream ends', async () => {
    await serve()
    const session = open()
    const tooLarge = { status: 413, cause: 'UNSPECIFIED_MSG_FAILURE', error: 0 }
    const body = Buffer.alloc(16_385)
    expect(await exchange(session, POST, (stream) => stream.end(body))).toEqual(tooLarge)
    let written = 0
    const endless = await exchange(session, POST, (stream) => {
      const more = (): void => {
        if (stream.closed) return
        written += 1000
        stream.write(Buffer.alloc(1000), () => setImmediate(more))
      }
      more()
    })
    expect(endless.status).toBe(413)
    expect(written).toBeLessThan(1_000_000)
    expect(answered).toBe(0)
    session.destroy()
  })

  test('SETTINGS and PING without end, answers unread: the connection ends', async () => {
    await serve()
    for (const type of [FRAME.settings, FRAME.ping]) {
      const { socket, closed } = await openFrames(server.port)
      socket.pause()
      const payload = Buffer.alloc(type === FRAME.ping ? 8 : 0)
      const flood = Buffer.concat(Array.from({ length: 5000 }, () => frame(type, { payload })))
      const send = (): void =>
        void (socket.destroyed || socket.write(flood, () => setImmediate(send)))
      send()
      await pause(300)
      socket.resume()
      await closed
    }
    await expectServed()
  })

  test('streams opened and reset at once, 20,000 of them: GOAWAY, and a tenth of the work at most', async () => {
    await serve()
    const { socket, until } = await openFrames(server.port)
    const block = headerBlock([...request('POST', '/a'), ['content-type', 'application/json']])
    const flags = END_HEADERS | END_STREAM
    const cancel = Buffer.from('00000008', 'hex')
    let stream = 1
    for (let n = 0; n < 200 && !socket.destroyed; n += 1) {
      const frames = Array.from({ length: 100 }, () => {
        const pair = [
          frame(FRAME.headers, { stream, flags, payload: block }),
          frame(FRAME.rstStream, { stream, payload: cancel }),
        ]
        stream += 2
        return Buffer.concat(pair)
      })
      socket.write(Buffer.concat(frames))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const goaway = await until(({ type }) => type === FRAME.goaway)
    expect(goaway.payload.readUInt32BE(4)).not.toBe(0)
    expect(answered).toBeLessThan(2000)
    socket.destroy()
    await expectServed()
  })
})

describe('what is no request', () => {
  test.each([
    ['another path', { ':method': 'POST', ':path': '/b' }, 404, 'RESOURCE_URI_STRUCTURE_NOT_FOUND'],
    ['another method', { ':method': 'PUT', ':path': '/a' }, 405, 'UNSPECIFIED_MSG_FAILURE'],
    ['another type', { ...POST, 'content-type': 'text/plain' }, 415, 'UNSPECIFIED_MSG_FAILURE'],
    ['a coding', { ...POST, 'content-encoding': 'gzip' }, 415, 'UNSPECIFIED_MSG_FAILURE'],
    ['no type', { ':method': 'POST', ':path': '/a' }, 415, 'UNSPECIFIED_MSG_FAILURE'],
    [
      'an expectation',
      { ...POST, ':path': '/b', expect: 'x' },
      404,
      'RESOURCE_URI_STRUCTURE_NOT_FOUND',
    ],
    [
      'a tunnel',
      { ':method': 'CONNECT', ':authority': 'x:1' },
      404,
      'RESOURCE_URI_STRUCTURE_NOT_FOUND',
    ],
  ])('%s', async (_name, headers, status, cause) => {
    await serve()
    const session = open()
    const answer = await exchange(session, headers, (stream) => stream.end())
    expect(answer).toMatchObject({ status, cause })
    session.destroy()
  })

  test.each([
    ['HTTP/1.1', 'POST /a HTTP/1.1\r\nhost: bsf\r\n\r\n'],
    ['garbage', '\0\u0001garbage'.repeat(10)],
    ['a TLS handshake', Buffer.from('1603010200010001fc0303', 'hex')],
  ])('%s: closed', async (_name, octets) => {
    await serve({ idleTimeoutMs: 300 })
    const socket = connectTcp(server.port, '127.0.0.1').on('error', () => {})
    socket.resume().write(octets)
    await once(socket, 'close')
    await expectServed()
  })

  test('frames that break the protocol: GOAWAY, and the connection ends', async () => {
    await serve({ idleTimeoutMs: 200 })
    const wrong = [
      frame(FRAME.data, { stream: 1, payload: Buffer.from('x') }),
      frame(FRAME.headers, { stream: 2, flags: END_HEADERS, payload: headerBlock([]) }),
      frame(FRAME.settings, { payload: Buffer.alloc(5) }),
      frame(FRAME.headers, {
        stream: 1,
        flags: END_HEADERS,
        payload: Buffer.from('ffffffff', 'hex'),
      }),
      frame(FRAME.windowUpdate, { payload: Buffer.alloc(4) }),
      frame(FRAME.data, { stream: 1, payload: Buffer.alloc(20_000) }),
    ]
    for (const octets of wrong) {
      const { socket, closed, frames } = await openFrames(server.port)
      socket.write(octets)
      await closed
      expect(frames.some(({ type }) => type === FRAME.goaway)).toBe(true)
    }
    await expectServed()
  })
})

test('at the end: GOAWAY, what is under way is answered, and nobody is left', async () => {
  await serve()
  let release = (): void => {}
  hold = new Promise((resolve) => {
    release = resolve
  })
  const session = open()
  const goaway = once(session, 'goaway')
  const asked = exchange(session, POST, (stream) => stream.end('{}'))
  await expect.poll(() => answered).toBe(1)
  const closing = server.close()
  expect((await goaway)[0]).toBe(constants.NGHTTP2_NO_ERROR)
  release()
  expect(await asked).toMatchObject({ status: 200 })
  await closing
  await expect(openFrames(server.port)).rejects.toThrow()
})
