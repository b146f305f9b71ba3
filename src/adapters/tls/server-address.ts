/** Addresses of servers, and the one place where TLS may be left out: this machine. Design 7 */
import { isIPv4, isIPv6 } from 'node:net'
import { ConfigurationInvalid } from '../../errors/errors.ts'

/** Where a URL points. */
export interface ServerAddress {
  readonly url: URL
  /** Domain name, or IP address without brackets. */
  readonly host: string
  readonly port: number
  /** Whether TLS is used. */
  readonly secure: boolean
}

/** The schemes of one protocol, for instance `https` and `http`. */
export interface UrlSchemes {
  readonly secure: string
  readonly plain: string
}

/**
 * @throws {ConfigurationInvalid} If the text is no URL of these schemes, holds a password, or asks for
 *   plain text to another machine.
 */
export function parseServerUrl(text: string, schemes: UrlSchemes): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = url?.protocol.slice(0, -1)
  if (url === undefined || (scheme !== schemes.secure && scheme !== schemes.plain)) {
    throw new ConfigurationInvalid(
      `${text} is not a URL of the form ${schemes.secure}://host:port/path`,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationInvalid(`the URL of ${url.host} must not hold a user name or password`)
  }
  const secure = scheme === schemes.secure
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!secure) assertLoopback(host)
  return { url, host, port: Number(url.port) || (secure ? 443 : 80), secure }
}

/** @throws {ConfigurationInvalid} If a URL that is to be reached by PSK-TLS asks for plain text. */
export function assertSecure({ secure, url }: ServerAddress): void {
  if (secure) return
  throw new ConfigurationInvalid(`PSK-TLS needs a URL with TLS, not ${url.protocol}//${url.host}`)
}

/** @throws {ConfigurationInvalid} If `host` is not this machine, so that plain text must not be used. */
export function assertLoopback(host: string): void {
  if (isLoopback(host)) return
  throw new ConfigurationInvalid(`without TLS only this machine can be reached, not ${host}`)
}

/** Whether a host is this machine: `localhost`, 127.0.0.0/8 or ::1. RFC 6761 6.3, RFC 5735 3 */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.')
  if (isIPv6(host)) return new URL(`http://[${host}]`).hostname === '[::1]'
  return host.toLowerCase() === 'localhost'
}
