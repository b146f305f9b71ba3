/** Server-sent events: one message at a time, until it is acknowledged. HTML Living Standard 9.2 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AppHub } from '../../app/app-hub.ts'
import { describeMessage } from '../../app/app-message.ts'
import type { ApiKeyRecord, AppStore } from '../../app/app-store.ts'
import type { Clock, Timer } from '../../ports/clock.ts'

/** How often a silent stream says that it lives, and that its key still does is looked up. */
const HEARTBEAT_MS = 15_000
/** Octets that may wait for who does not read, acknowledged or not; over it, the stream ends. */
const MOST_WAITING = 1024 * 1024

/** What a stream needs. */
export interface EventStreamParts {
  readonly hub: AppHub
  readonly store: Pick<AppStore, 'findApiKey'>
  readonly clock: Clock
}

/** Takes the reply over; it ends when the client goes, another one listens, or the key is removed. */
export function streamEvents(
  key: ApiKeyRecord,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { hub, store, clock }: EventStreamParts,
): FastifyReply {
  reply.hijack()
  const stream = reply.raw
  stream.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  stream.write(': connected\n\n')
  let heartbeat: Timer | undefined

  const finish = (reason?: string): void => {
    heartbeat?.cancel()
    unsubscribe()
    if (reason !== undefined) stream.write(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`)
    stream.end()
  }
  const unsubscribe = hub.listen(key.service, {
    message(message) {
      if (stream.writableLength > MOST_WAITING) {
        finish()
        stream.destroy()
        return
      }
      const data = JSON.stringify(describeMessage(message))
      stream.write(`event: message\ndata: ${data}\n\n`)
    },
    end: finish,
  })
  const lookUp = async (): Promise<void> => {
    const known = await store.findApiKey(key.digest).catch(() => key)
    if (known === undefined) return finish('the API key was removed')
    stream.write(': alive\n\n')
    beat()
  }
  const beat = (): void => {
    heartbeat = clock.setTimer(HEARTBEAT_MS, () => void lookUp())
  }
  beat()
  request.raw.once('close', () => finish())
  return reply
}
