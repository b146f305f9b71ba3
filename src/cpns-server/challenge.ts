/** The challenge of an exchange, connect or assignment: what the server must know later goes with it. M-4 */
import { type ExchangeState, encodeExchangeState } from '../cpns/exchange-state.ts'
import { MAX_STATE_OCTETS } from '../cpns/message-declarations.ts'
import { authenticateRequestOf } from '../cpns/server-handshake.ts'
import { InvalidMessage } from '../errors/errors.ts'
import type { ServerContext } from './options.ts'

/**
 * An AuthenticateRequest with the state sealed in it.
 *
 * @param request Name of the first message.
 * @throws {InvalidMessage} If State does not fit: in cpns-1.0 the first message stands in it whole, and the
 *   names that are in both may be long.
 */
export async function challengeOf(
  state: ExchangeState,
  request: string,
  { options, ports }: ServerContext,
): Promise<Uint8Array> {
  const sealed = await ports.stateRing.seal(encodeExchangeState(state))
  if (sealed.length > MAX_STATE_OCTETS) {
    throw new InvalidMessage(`makes a State of over ${MAX_STATE_OCTETS} octets`, request)
  }
  return authenticateRequestOf(state, sealed, options.entityId)
}
