/**
 * The attachments that this node holds: one an entity, the newest to send a valid record. Design 7.
 * Never durable: after a restart every entity attaches again.
 */
import type { RecordType } from '../cpns/record.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Session } from './server-store.ts'

/** Why an attachment ends. */
export type AttachmentEnd =
  /** Its session is over: the peer is told 410, and a PNE's PN GW too. */
  | 'session-ended'
  /** Its session gave way to a newer one that the peer made itself: only a PNE's PN GW is told. */
  | 'session-replaced'
  /** Only the attachment: attached anew, a record refused, the connection gone. */
  | 'detached'

/** One entity's way in and out, under one session. */
export interface Attachment {
  readonly session: Session
  /** Where its records come from: of a PNE, its PN GW. */
  readonly remoteAddress: string
  /** Whether it still carries records. */
  readonly isOpen: boolean
  /** Resolves when it has closed. */
  readonly whenClosed: Promise<void>
  /** Resolves when a record could be sent, or when the attachment has closed. */
  ready(): Promise<void>
  /**
   * Seals and sends in one step, so that records leave in the order of their sequence numbers.
   *
   * @returns Resolves when the way can take more. @throws {TransportFailed} If it is closed or not ready.
   */
  send(type: RecordType, content: Uint8Array): Promise<void>
  /** A renewed session: this one ends no later than that. UTC milliseconds. Design 8 */
  endNoLaterThan(atMs: number): void
  /** Detaches it and tells the peer to attach again (Error 409). */
  interrupt(detail: string): void
  /** Ends it. Safe to call twice. */
  close(end: AttachmentEnd): void
}

/** Told when an entity's attachment begins or ends. */
export interface AttachmentObserver {
  readonly opened?: (attachment: Attachment) => void
  readonly closed?: (attachment: Attachment, end: AttachmentEnd) => void
}

/** The attachments of one node. */
export interface AttachmentRegistry {
  of(entityId: EntityId): Attachment | undefined
  /** All that are open. */
  all(): readonly Attachment[]
  /** Makes it the entity's attachment and closes the former one. */
  open(attachment: Attachment): void
  /** Forgets it; called by the attachment itself when it closes. */
  forget(attachment: Attachment, end: AttachmentEnd): void
  /** Closes the attachments of sessions that have ended. */
  endSessions(sessionIds: readonly string[]): void
  /** Resolves when the entity has an attachment, or `until` resolves. */
  whenOpen(entityId: EntityId, until: Promise<void>): Promise<void>
  observe(observer: AttachmentObserver): void
  /** Closes all. */
  close(): void
}

/** One for each server. */
export function createAttachmentRegistry(): AttachmentRegistry {
  const byEntity = new Map<EntityId, Attachment>()
  const observers: AttachmentObserver[] = []
  const waiting = new Map<EntityId, Set<() => void>>()

  const wake = (entityId: EntityId): void => {
    for (const resume of waiting.get(entityId) ?? []) resume()
    waiting.delete(entityId)
  }

  const waitFor = (entityId: EntityId, until: Promise<void>): Promise<void> =>
    new Promise((resolve) => {
      const resumes = waiting.get(entityId) ?? new Set()
      waiting.set(entityId, resumes.add(resolve))
      void until.then(() => {
        resumes.delete(resolve)
        if (resumes.size === 0 && waiting.get(entityId) === resumes) waiting.delete(entityId)
        resolve()
      })
    })

  return {
    of: (entityId) => byEntity.get(entityId),
    all: () => Array.from(byEntity.values()),
    open(attachment) {
      const { entityId, sessionId } = attachment.session
      const former = byEntity.get(entityId)
      byEntity.set(entityId, attachment)
      former?.close(former.session.sessionId === sessionId ? 'detached' : 'session-replaced')
      for (const observer of observers) observer.opened?.(attachment)
      wake(entityId)
    },
    forget(attachment, end) {
      const { entityId } = attachment.session
      if (byEntity.get(entityId) === attachment) byEntity.delete(entityId)
      for (const observer of observers) observer.closed?.(attachment, end)
    },
    endSessions(sessionIds) {
      for (const attachment of Array.from(byEntity.values())) {
        if (sessionIds.includes(attachment.session.sessionId)) attachment.close('session-ended')
      }
    },
    async whenOpen(entityId, until) {
      // One whose session is over this very moment is still here until its timer fires.
      if (!byEntity.get(entityId)?.isOpen) await waitFor(entityId, until)
    },
    observe(observer) {
      observers.push(observer)
    },
    close() {
      for (const attachment of Array.from(byEntity.values())) attachment.close('detached')
    },
  }
}
