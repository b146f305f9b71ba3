/**
 * The attachments that this node holds: one an entity, the newest to send a valid record. Design 7.
 * Never durable: after a restart every entity attaches again.
 */
import type { RecordType } from '../cpns/record.ts'
import type { Status } from '../cpns/status.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Session } from './server-store.ts'

/** One entity's way in and out, under one session. */
export interface Attachment {
  readonly session: Session
  /** Whether records of the peer may have been lost since its former attachment on the same way. */
  readonly mayHaveLost: boolean
  /** Whether it still carries records. */
  readonly isOpen: boolean
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
  /** Ends it; the peer is told the status if it can be. Safe to call twice. */
  close(status?: Status): void
}

/** Told when an entity's attachment begins or ends. */
export interface AttachmentObserver {
  readonly opened: (attachment: Attachment) => void
  readonly closed: (attachment: Attachment) => void
}

/** The attachments of one node. */
export interface AttachmentRegistry {
  of(entityId: EntityId): Attachment | undefined
  /** All that are open, for instance those behind one PN GW. */
  all(): readonly Attachment[]
  /** Makes it the entity's attachment and closes the former one. */
  open(attachment: Attachment): void
  /** Forgets it; called by the attachment itself when it closes. */
  forget(attachment: Attachment): void
  /** Closes the attachments of sessions that have ended. */
  endSessions(sessionIds: readonly string[]): void
  /** Resolves when the entity has an open attachment, or `until` resolves. */
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

  return {
    of: (entityId) => byEntity.get(entityId),
    all: () => Array.from(byEntity.values()),
    open(attachment) {
      const { entityId } = attachment.session
      const former = byEntity.get(entityId)
      byEntity.set(entityId, attachment)
      former?.close()
      for (const observer of observers) observer.opened(attachment)
      wake(entityId)
    },
    forget(attachment) {
      const { entityId } = attachment.session
      if (byEntity.get(entityId) === attachment) byEntity.delete(entityId)
      for (const observer of observers) observer.closed(attachment)
    },
    endSessions(sessionIds) {
      for (const attachment of Array.from(byEntity.values())) {
        if (sessionIds.includes(attachment.session.sessionId)) attachment.close(410)
      }
    },
    async whenOpen(entityId, until) {
      if (byEntity.has(entityId)) return
      const resumes = waiting.get(entityId) ?? new Set()
      waiting.set(entityId, resumes)
      let resume = (): void => {}
      const opened = new Promise<void>((resolve) => {
        resume = resolve
        resumes.add(resolve)
      })
      await Promise.race([opened, until])
      resumes.delete(resume)
    },
    observe(observer) {
      observers.push(observer)
    },
    close() {
      for (const attachment of Array.from(byEntity.values())) attachment.close()
    },
  }
}
