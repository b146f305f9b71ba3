/** What a PNE knows of its owner, durably. M-7; each method is one transaction. */
import type { Secret } from '../crypto/secret.ts'
import type { UserId } from '../identity/user-id.ts'

/** Who a PNE belongs to, and what triggers are proved with. M-7 */
export interface PneOwner {
  readonly userId: UserId
  /** 32 octets; sealed at rest. */
  readonly triggerKey: Secret
}

/** Durable operations on the owner of a device. */
export interface OwnerStore {
  loadOwner(): Promise<PneOwner | undefined>
  /** In place of a former one. Nonces stay used, because the server gives a user the same key again. */
  saveOwner(owner: PneOwner): Promise<void>
  /** Notes the Nonce of a trigger. @returns Whether it is new: each is good once. */
  takeNonce(nonce: Uint8Array): Promise<boolean>
}
