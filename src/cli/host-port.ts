/** A flag that is an address to listen on or to connect to. */
import { isIPv6 } from 'node:net'
import { InvalidArgumentError } from 'commander'

/** A host and a TCP port. */
export interface HostPort {
  /** Name, or IP address without brackets. */
  readonly host: string
  /** 0 to 65535. */
  readonly port: number
}

const LARGEST_PORT = 65_535

/** @throws {InvalidArgumentError} If the text is not `HOST:PORT`, with an IPv6 address in brackets. */
export function parseHostPort(text: string): HostPort {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  const isHost = bracketed === undefined || isIPv6(bracketed)
  if (host === undefined || !isHost || port > LARGEST_PORT) {
    throw new InvalidArgumentError('It is not of the form HOST:PORT.')
  }
  return { host, port }
}

/** As it is typed: `HOST:PORT`, an IPv6 address in brackets. */
export function formatHostPort({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
