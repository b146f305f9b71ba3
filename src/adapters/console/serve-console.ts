/** The console on a listener of its own, as the lab has it. Design 11 */
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { listenFailure } from '../system/listen-on.ts'
import { assertLoopback } from '../tls/server-address.ts'
import { addConsole, type ConsoleOptions, type ConsolePorts } from './add-console.ts'

/** Where it listens; without TLS, so on this machine only. */
export interface ServeConsoleOptions extends Omit<ConsoleOptions, 'isSecure'> {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** A console that listens. */
export interface ServedConsole {
  /** Where a browser finds it. */
  readonly url: string
  close(): Promise<void>
}

const MAX_BODY_OCTETS = 4096

/** @throws {ConfigurationInvalid} If it cannot listen there, or the page is not built. */
export async function serveConsole(
  options: ServeConsoleOptions,
  ports: ConsolePorts,
): Promise<ServedConsole> {
  const { host, port } = options
  assertLoopback(host)
  const app = Fastify({ bodyLimit: MAX_BODY_OCTETS, forceCloseConnections: true })
  const endStreams = addConsole(app, { ...options, isSecure: false }, ports)
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await app.close()
    throw listenFailure({ host, port }, cause)
  }
  const bound = app.server.address() as AddressInfo
  const authority = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${authority}:${bound.port}/console/`,
    async close() {
      endStreams()
      await app.close()
    },
  }
}
