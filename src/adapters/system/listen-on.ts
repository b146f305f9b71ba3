/** Listening on a host and port; and why that cannot be done, in words. */
import type { Server } from 'node:net'
import { ConfigurationInvalid } from '../../errors/errors.ts'

/** By the code of the system. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not take that port',
  ENOTFOUND: 'there is no machine of that name',
}

/** Where to listen; port 0 takes a free one. */
export interface ListenPlace {
  readonly host: string
  readonly port: number
}

/** Resolves when the server listens. @throws {ConfigurationInvalid} If it cannot. */
export function listenOn(server: Server, { host, port }: ListenPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(listenFailure({ host, port }, cause)))
    server.listen({ host, port }, resolve)
  })
}

/** @param cause Of `listen`. */
export function listenFailure(at: ListenPlace, cause: unknown): ConfigurationInvalid {
  const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
  const reason = REASONS[code] ?? code
  return new ConfigurationInvalid(`cannot listen on ${at.host}:${at.port} (${reason})`, { cause })
}
