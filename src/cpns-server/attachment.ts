/** One attachment of the server's side: seals what leaves, ends with its session. Design 7 */
import type { RecordChannel } from '../cpns/record.ts'
import { encodeCloseContent } from '../cpns/record-content.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { Timer } from '../ports/clock.ts'
import { encodeError } from './answers.ts'
import type { Attachment, AttachmentEnd, AttachmentRegistry } from './attachment-registry.ts'
import type { Endpoint } from './endpoint.ts'
import type { ServerContext } from './options.ts'
import type { Session } from './server-store.ts'

/** @param made.channel Its keys leave with the attachment. */
export function createAttachment(
  made: { readonly session: Session; readonly channel: RecordChannel },
  endpoint: Endpoint,
  { options, ports, registry }: ServerContext & { readonly registry: AttachmentRegistry },
): Attachment {
  const { session, channel } = made
  const { clock } = ports
  const closed = createLatch()
  let endsAtMs = session.expiresAtMs
  let isOpen = true
  let timer: Timer | undefined

  const watchTheEnd = (): void => {
    timer?.cancel()
    timer = clock.setTimer(endsAtMs - clock.nowMs(), () => attachment.close('session-ended'))
  }

  const tellPeer = (): void => {
    if (!endpoint.isReady) return
    // Whoever does not hear it is refused when it sends the next record.
    endpoint.send(channel.seal('close', encodeCloseContent(410))).catch(() => {})
  }

  const attachment: Attachment = {
    session,
    get isOpen() {
      return isOpen && clock.nowMs() < endsAtMs
    },
    whenClosed: closed.opened,
    ready: () => endpoint.ready(closed.opened),
    async send(type, content) {
      if (!attachment.isOpen || !endpoint.isReady) {
        throw new TransportFailed('the attachment is not open')
      }
      await endpoint.send(channel.seal(type, content))
    },
    endNoLaterThan(atMs) {
      endsAtMs = Math.min(endsAtMs, atMs)
      watchTheEnd()
    },
    interrupt(detail) {
      attachment.close('detached')
      const serverEntityId = options.entityId
      endpoint.send(encodeError({ serverEntityId, status: 409, detail })).catch(() => {})
    },
    close(end: AttachmentEnd) {
      if (!isOpen) return
      isOpen = false
      timer?.cancel()
      if (end === 'session-ended' && !channel.isClosed) tellPeer()
      channel.wipe()
      registry.forget(attachment, end)
      closed.open()
    },
  }
  watchTheEnd()
  return attachment
}

/** A promise and what resolves it. */
function createLatch(): { readonly opened: Promise<void>; readonly open: () => void } {
  const resolvers: (() => void)[] = []
  const opened = new Promise<void>((resolve) => resolvers.push(resolve))
  return {
    opened,
    open: () => {
      for (const resolve of resolvers) resolve()
    },
  }
}
