/**
 * A TLS server that begins with a connection when the client's first octets are there. The platform gives
 * the first read of a connection a buffer of 64 KiB and keeps it as long as the connection lives; octets
 * that are there already are handed over in one of their own size, 1 KiB for a ClientHello.
 */
import type { Socket } from 'node:net'
import type { Server } from 'node:tls'

/**
 * @param server Takes a raw TCP connection as `connection`, and has no listeners of the caller's for it yet.
 * @param timeoutMs A connection that has said nothing by then is ended.
 */
export function startOnFirstOctets(server: Server, timeoutMs: number): void {
  const starts = server.listeners('connection') as ((this: Server, socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const giveUp = (): void => void socket.destroy()
    socket.setTimeout(timeoutMs, giveUp).once('error', giveUp)
    socket.once('readable', () => {
      socket.setTimeout(0).off('timeout', giveUp).off('error', giveUp)
      // A client that ends without a word is readable too.
      if (socket.readableLength === 0) giveUp()
      else for (const start of starts) start.call(server, socket)
    })
  })
}
