/**
 * Connections of HTTP/2 clients: one that asks nothing is closed, however busy it is with frames of other
 * kinds, and no stream lives for ever, whether its client reads or not. RFC 9113 5.4, 6.8, 10.5
 */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Server } from 'node:net'

/** Times of a connection. */
export interface SessionTimes {
  /** For a connection without a stream. */
  readonly idleTimeoutMs: number
  /** For a stream from its request to the last octet of its answer. */
  readonly streamTimeoutMs: number
}

/** From the last word until the connection is gone. */
export const CLOSE_GRACE_MS = 1000

/** The connections that are open; those that are idle for too long are told and closed. */
export function trackSessions(server: Server, times: SessionTimes): Set<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    // A session that fails is closed; there is nobody to tell but the client, who knows.
    session.on('error', () => {})
    endWhenIdle(session, times)
  })
  return sessions
}

function endWhenIdle(
  session: ServerHttp2Session,
  { idleTimeoutMs, streamTimeoutMs }: SessionTimes,
): void {
  let streams = 0
  let timer: NodeJS.Timeout
  const wait = (): void => {
    timer = setTimeout(() => {
      session.close()
      // Not what is called idle: half a frame may be on its way for ever.
      timer = setTimeout(() => session.destroy(), CLOSE_GRACE_MS)
    }, idleTimeoutMs)
  }
  session.on('stream', (stream: ServerHttp2Stream) => {
    clearTimeout(timer)
    streams += 1
    const life = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), streamTimeoutMs)
    stream.once('close', () => {
      clearTimeout(life)
      streams -= 1
      if (streams === 0 && !session.destroyed) wait()
    })
  })
  session.once('close', () => clearTimeout(timer))
  wait()
}
