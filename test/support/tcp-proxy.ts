/** A TCP proxy on loopback between two ends of a test: it can vanish and come back, stall, and listen in. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that a test can break. */
export interface TcpProxy {
  readonly port: number
  /** Connections at this moment. */
  readonly connections: number
  /** All connections are reset and no new one is taken, as if the server's process were killed. */
  vanish(): Promise<void>
  /** New connections are taken again, on the same port. */
  comeBack(): Promise<void>
  /** From now on not one octet of the connections that are there is passed on; they stay open. */
  stall(): void
  close(): Promise<void>
}

/** @param target Port of the server, which may come later. @param tap Sees what is passed on. */
export async function startTcpProxy(
  target: number,
  tap: (octets: Uint8Array, to: 'server' | 'client') => void = () => {},
): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const accept = (client: Socket): void => {
    const server = connect(target, '127.0.0.1')
    const pair = [client, server] as const
    pairs.add(pair)
    pass(client, server, (octets) => tap(octets, 'server'))
    pass(server, client, (octets) => tap(octets, 'client'))
    for (const socket of pair) socket.once('close', () => pairs.delete(pair))
  }
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(accept)
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  }

  let server: Server | undefined = await listen(0)
  const { port } = server.address() as AddressInfo
  const vanish = async (): Promise<void> => {
    const closing = server
    server = undefined
    if (closing === undefined) return
    const closed = once(closing, 'close')
    closing.close()
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy()
    await closed
  }
  return {
    port,
    get connections() {
      return pairs.size
    },
    vanish,
    async comeBack() {
      server ??= await listen(port)
    },
    stall() {
      for (const pair of pairs) for (const socket of pair) socket.pause().removeAllListeners('data')
    },
    close: vanish,
  }
}

function pass(from: Socket, to: Socket, tap: (octets: Uint8Array) => void): void {
  from.on('data', (octets) => {
    tap(octets)
    to.write(octets)
  })
  from.on('end', () => to.end())
  from.on('close', () => to.destroy())
  from.on('error', () => to.destroy())
}
