/** Clients of the HTTP tests that write octets as a bad or old client would. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A TCP connection that keeps all it got. */
export interface RawClient {
  readonly socket: Socket
  write(text: string): void
  /** All octets so far, as text. */
  readonly received: () => string
  /** Resolves with all that came when the server has ended the connection. */
  readonly ended: Promise<string>
}

/** Connects to a port of this machine. */
export async function openRawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  let received = ''
  let failure: Error | undefined
  socket.on('data', (octets: Buffer) => {
    received += octets.toString('latin1')
  })
  socket.on('error', (error) => {
    failure = error
  })
  const ended = once(socket, 'close').then(() => {
    if (failure !== undefined) throw failure
    return received
  })
  ended.catch(() => {})
  return {
    socket,
    write: (text) => void socket.write(text, 'latin1'),
    received: () => received,
    ended,
  }
}

/** The text of a request; `Host` and `Content-Length` are added unless they are given. */
export function requestText(
  method: string,
  path: string,
  { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
): string {
  const all = { host: 'localhost', 'content-length': String(body.length), ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
