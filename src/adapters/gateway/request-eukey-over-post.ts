/** An EUKey by UserID and password over `POST /cpns`, kept sealed by its device. CR 7.4.3.1, 7.4.3.2, M-5 */
import { CPNS_MEDIA_TYPE } from '../../cpns/messages.ts'
import type { EuKeyWish } from '../../cpns/request-eukey.ts'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { obtainEuKey } from '../../pne/obtain-eukey.ts'
import type { DeviceEuKey, PneStore } from '../../pne/pne-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyLog } from '../../ports/key-log.ts'
import type { Random } from '../../ports/random.ts'
import { connectCpnsPost } from '../http/post-cpns.ts'
import { parseServerUrl } from '../tls/server-address.ts'
import type { Trust } from '../tls/trust.ts'

/** Who asks, for whom, and whom. */
export interface LoginWish extends Omit<EuKeyWish, 'algorithms'> {
  /** `https://host:port/cpns` of the CPNS Server, and how that is known. */
  readonly server: { readonly url: string; readonly trust: Trust }
}

/** What it is given. */
export interface LoginPorts {
  /** Keeps the EUKey sealed. */
  readonly store: Pick<PneStore, 'saveEuKey'>
  readonly clock: Clock
  readonly random: Random
  /** Takes the secrets of the connection; default nobody. */
  readonly keyLog?: KeyLog
  /** Told of every message that is sent and received; default nobody. */
  readonly seen?: (side: 'sent' | 'received', octets: Uint8Array) => void
}

/**
 * Asks once, and stores the EUKey that comes; what was stored before stays if none comes.
 *
 * @throws {ConfigurationInvalid} If the URL is not one of HTTPS: a password is worth nothing without TLS.
 * @throws {AssignmentRefused} If the server gives none. @throws {TransportFailed} If it cannot be asked.
 * @throws {AuthenticationFailed} If its certificate or key is not the one trusted.
 */
export async function requestEuKeyOverPost(
  { server, ...wish }: LoginWish,
  { store, clock, random, keyLog, seen }: LoginPorts,
): Promise<DeviceEuKey> {
  if (!parseServerUrl(server.url, { secure: 'https', plain: 'http' }).secure) {
    throw new ConfigurationInvalid('an EUKey by password only comes over TLS: the URL is https://…')
  }
  const way = connectCpnsPost({ ...server, ...(keyLog && { keyLog }) })
  try {
    const exchange = async (octets: Uint8Array): Promise<Uint8Array> => {
      const { status, body } = await way.post(octets)
      if (status === 200 || status === 400) return body
      throw new TransportFailed(`no ${CPNS_MEDIA_TYPE} at ${server.url} (HTTP status ${status})`)
    }
    return await obtainEuKey(wish, { store, clock, random, exchange, ...(seen && { seen }) })
  } finally {
    await way.close()
  }
}
