/**
 * Who a user is to an application behind a NAF that is an authentication proxy.
 * TS 24.109 B.3, TS 33.222 6.5
 */
import type { Uss } from '../gba/guss.ts'
import type { Btid } from '../identity/btid.ts'
import type { Impi } from '../identity/impi.ts'
import { toHex, utf8 } from '../octets/octets.ts'
import { type Refusal, refuse } from './refusal.ts'

/** Header of the UE: who it wants to be, in quotes. */
export const INTENDED_IDENTITY_HEADER = 'x-3gpp-intended-identity'
/** Header of the proxy: who it is; whatever a UE says in it is taken away. */
export const ASSERTED_IDENTITY_HEADER = 'x-3gpp-asserted-identity'

/** An identity that was checked. */
export interface AssertedIdentity {
  readonly outcome: 'asserted'
  readonly identity: string
}

const MAX_CHARACTERS = 512
const QUOTED = /^"((?:[\t !\x23-\x5b\x5d-\x7e]|\\[\t -~])+)"$/

/**
 * The identity that counts: the intended one, if the subscriber may use it; without one the first of the
 * user security settings, else the IMPI, and of a subscriber whom the BSF does not name the B-TID: a
 * pseudonym that nobody else has, until the key ends.
 *
 * @param intended Values of the header.
 * @returns 400 if the header is doubled or malformed, 403 if the identity is not the subscriber's.
 */
export function assertIdentity(
  intended: readonly string[],
  subscriber: {
    readonly btid: Btid
    readonly impi?: Impi
    readonly ussList: readonly Uss[]
  },
): AssertedIdentity | Refusal {
  const uids = subscriber.ussList.flatMap((uss) => uss.uids)
  const [value, ...others] = intended
  if (value === undefined) {
    return { outcome: 'asserted', identity: uids[0] ?? subscriber.impi ?? subscriber.btid }
  }
  if (others.length > 0) return refuse(400, 'X-3GPP-Intended-Identity: doubled')
  const quoted = value.length <= MAX_CHARACTERS ? QUOTED.exec(value.trim()) : null
  if (quoted === null) return refuse(400, 'X-3GPP-Intended-Identity: not a quoted string')
  const identity = (quoted[1] as string).replaceAll(/\\(.)/g, '$1')
  if (identity === subscriber.impi || uids.includes(identity)) {
    return { outcome: 'asserted', identity }
  }
  return refuse(403, 'X-3GPP-Intended-Identity: not an identity of this subscriber')
}

/** The value of the header for the application. Octets that do not fit a header are percent-encoded. */
export function formatAssertedIdentity(identity: string): string {
  const escaped = identity.replaceAll(/[^ -~]/gu, percentEncode)
  return `"${escaped.replaceAll(/["\\]/g, '\\$&')}"`
}

function percentEncode(character: string): string {
  return toHex(utf8(character)).toUpperCase().replaceAll(/../g, '%$&')
}
