/** Why a socket cannot listen, in words. */
import { ConfigurationInvalid } from '../../errors/errors.ts'

/** By the code of the system. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not take that port',
  ENOTFOUND: 'there is no machine of that name',
}

/** @param cause Of `listen`. */
export function listenFailure(
  at: { readonly host: string; readonly port: number },
  cause: unknown,
): ConfigurationInvalid {
  const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
  const reason = REASONS[code] ?? code
  return new ConfigurationInvalid(`cannot listen on ${at.host}:${at.port} (${reason})`, { cause })
}
