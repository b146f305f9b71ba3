/** Where an application may have its messages posted. Design 8 */
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { plainAddress } from '../../identity/address-group.ts'
import { Problem } from '../rest/problem.ts'
import { isLoopback, parseServerUrl } from '../tls/server-address.ts'

/**
 * A server posts to itself only for who is on the same machine: an application elsewhere could reach through it what
 * nobody else there can.
 *
 * @param address Where the request for it comes from.
 * @throws {Problem} 400 saying why not.
 */
export function assertWebhookUrl(url: string, address: string): void {
  try {
    const { host } = parseServerUrl(url, { secure: 'https', plain: 'http' })
    if (!isLoopback(host) || isLoopback(plainAddress(address))) return
  } catch (error) {
    if (error instanceof ConfigurationInvalid) throw new Problem(400, error.message)
    throw error
  }
  throw new Problem(400, 'url: the server posts to its own machine only for applications on it')
}
