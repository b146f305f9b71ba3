/** One attachment of the server's side: seals what leaves, ends with its session. Design 7 */
import type { RecordChannel } from '../cpns/record.ts'
import { encodeCloseContent } from '../cpns/record-content.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { Timer } from '../ports/clock.ts'
import type { Attachment, AttachmentRegistry } from './attachment-registry.ts'
import type { Endpoint } from './endpoint.ts'
import type { ServerContext } from './options.ts'
import type { Session } from './server-store.ts'

/** @param made.channel Its keys leave with the attachment. */
export function createAttachment(
  made: {
    readonly session: Session
    readonly channel: RecordChannel
    readonly mayHaveLost: boolean
  },
  endpoint: Endpoint,
  { ports, registry }: ServerContext & { readonly registry: AttachmentRegistry },
): Attachment {
  const { session, channel } = made
  let endsAtMs = session.expiresAtMs
  /** The monotonic clock too: a wall clock that goes back revives nothing. Design 9 */
  let deadlineMs = ports.clock.monotonicMs() + endsAtMs - ports.clock.nowMs()
  let isOpen = true
  let timer: Timer | undefined
  let noteClosed = (): void => {}
  const closed = new Promise<void>((resolve) => {
    noteClosed = resolve
  })

  const watchTheEnd = (): void => {
    timer?.cancel()
    const leftMs = deadlineMs - ports.clock.monotonicMs()
    timer = ports.clock.setTimer(leftMs, () => attachment.close(410))
  }

  const attachment: Attachment = {
    session,
    mayHaveLost: made.mayHaveLost,
    get isOpen() {
      const { clock } = ports
      return isOpen && clock.nowMs() < endsAtMs && clock.monotonicMs() < deadlineMs
    },
    ready: () => endpoint.ready(closed),
    async send(type, content) {
      if (!attachment.isOpen || !endpoint.isReady) {
        throw new TransportFailed('the attachment is not open')
      }
      await endpoint.send(channel.seal(type, content))
    },
    endNoLaterThan(atMs) {
      endsAtMs = Math.min(endsAtMs, atMs)
      deadlineMs = Math.min(deadlineMs, ports.clock.monotonicMs() + endsAtMs - ports.clock.nowMs())
      watchTheEnd()
    },
    close(status) {
      if (!isOpen) return
      isOpen = false
      timer?.cancel()
      if (status !== undefined && endpoint.isReady) {
        endpoint.send(channel.seal('close', encodeCloseContent(status))).catch(() => {})
      }
      channel.wipe()
      noteClosed()
      registry.forget(attachment)
    },
  }
  watchTheEnd()
  return attachment
}
