/** What stands before a server without TLS on loopback and speaks TLS for it, as a BSF behind a proxy has. */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { ServerCertificate } from '../../src/adapters/tls/self-signed-certificate.ts'

/** It is there until it is closed. */
export interface TlsFront {
  /** `https://localhost:port`. */
  readonly url: string
  close(): Promise<void>
}

/** @param plainUrl `http://host:port` of the server. */
export async function startTlsFront(
  { certificatePem: cert, privateKeyPem: key }: ServerCertificate,
  plainUrl: string,
): Promise<TlsFront> {
  const { hostname, port } = new URL(plainUrl)
  const sockets = new Set<Socket>()
  const front = createServer({ cert, key }, (client) => {
    const server = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => other.destroy())
      socket.once('close', () => sockets.delete(socket))
    }
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  return {
    url: `https://localhost:${(front.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => front.close(done))
    },
  }
}
