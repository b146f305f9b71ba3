/** Durable state of a PNE (and of a PN GW that has an assigned EUKey): its EUKey and what it has seen. Design 8, 9 */
import type { Secret } from '../crypto/secret.ts'
import type { Store } from '../ports/store.ts'
import type { OwnerStore } from './owner-store.ts'

/** An assigned EUKey as a device keeps it. */
export interface DeviceEuKey {
  readonly id: string
  /** 32 octets; sealed at rest. */
  readonly key: Secret
  /** UTC milliseconds. */
  readonly expiresAtMs: number
}

/** Durable operations of a device. */
export interface PneStore extends Store, OwnerStore {
  loadEuKey(): Promise<DeviceEuKey | undefined>
  saveEuKey(euKey: DeviceEuKey): Promise<void>
  /** Whether (From, MessageID) was handled before and has not expired at `nowMs`: then it is free again. */
  hasSeen(
    message: { readonly from: string; readonly messageId: string },
    nowMs: number,
  ): Promise<boolean>
  /** Remembers a handled message until it expires; called after the handler returned. */
  markSeen(message: {
    readonly from: string
    readonly messageId: string
    readonly expiresAtMs: number
  }): Promise<void>
  /** Forgets messages that have expired. @returns How many. */
  removeExpired(nowMs: number): Promise<number>
}
