/** A PNE checks a trigger before it asks for an EUKey. M-7 */
import type { EuKeyAssignmentTrigger } from '../cpns/messages.ts'
import { isTriggerProof, openTriggerPassword } from '../cpns/trigger.ts'
import type { Secret } from '../crypto/secret.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import type { OwnerStore } from './owner-store.ts'

/** A trigger that its owner's PN GW made, for the first time. */
export interface AcceptedTrigger {
  readonly outcome: 'accepted'
  /** Comes back in the EUKeyAssignmentRequest. */
  readonly nonce: Uint8Array
  readonly userId: UserId
  /** Absent if the PNE is to ask its user. */
  readonly password?: Secret
}

/** What a PNE makes of a trigger. */
export type TriggerVerdict =
  | AcceptedTrigger
  /** No request is sent. */
  | { readonly outcome: 'refused'; readonly status: 401 | 409; readonly detail: string }

/** Who a PNE is, and which PN GW it was paired with. */
export interface TriggerNames {
  readonly entityId: EntityId
  readonly gatewayEntityId: EntityId
}

/**
 * Judges a trigger: PN GW and PNE as paired, Proof, password if there is one; then its Nonce is used up, so a
 * wrong trigger uses up none.
 */
export async function checkTrigger(
  message: EuKeyAssignmentTrigger,
  names: TriggerNames,
  store: OwnerStore,
): Promise<TriggerVerdict> {
  const owner = await store.loadOwner()
  const { gw, pne, nonce, proof, encryptedPassword: sealed } = message
  const isOurs = gw === names.gatewayEntityId && pne === names.entityId && message.entityId === gw
  const context = { gw, pne, nonce }
  if (!isOurs || owner === undefined || !isTriggerProof(owner.triggerKey, context, proof)) {
    return refused(401, 'the trigger does not prove that it is of our PN GW and user')
  }
  const { userId, triggerKey } = owner
  const password =
    sealed && openTriggerPassword(triggerKey, { ...context, ...sealed }, sealed.sealed)
  if (sealed !== undefined && password === undefined) {
    return refused(401, 'the password of the trigger does not decrypt')
  }
  if (!(await store.takeNonce(nonce))) return refused(409, 'the trigger was used before')
  return { outcome: 'accepted', nonce, userId, ...(password && { password }) }
}

function refused(status: 401 | 409, detail: string): TriggerVerdict {
  return { outcome: 'refused', status, detail }
}
