/** A WebSocket server whose ends the tests hold in their hands. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { ServerCertificate } from '../tls/self-signed-certificate.ts'

/** A listening server and what has connected to it. */
export interface TestServer {
  readonly port: number
  /** The next connection. */
  next(): Promise<WebSocket>
  close(): void
}

/** @param certificate Makes it speak TLS. @param options Settings of the `ws` package. */
export async function startWebSocketServer(
  options: ServerOptions = {},
  certificate?: ServerCertificate,
): Promise<TestServer> {
  const server: Server =
    certificate === undefined
      ? createServer()
      : createHttpsServer({ cert: certificate.certificatePem, key: certificate.privateKeyPem })
  const webSockets = new WebSocketServer({ server, maxPayload: 64 * 1024 * 1024, ...options })
  const waiting: WebSocket[] = []
  webSockets.on('connection', (webSocket) => {
    webSocket.on('error', () => {})
    waiting.push(webSocket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async next() {
      if (waiting.length === 0) await once(webSockets, 'connection')
      return waiting.shift() as WebSocket
    },
    close() {
      for (const client of webSockets.clients) client.terminate()
      webSockets.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
