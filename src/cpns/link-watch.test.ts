import { beforeEach, describe, expect, test } from 'vitest'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { utf8 } from '../octets/octets.ts'
import { noLog } from '../ports/log.ts'
import { encodeAttachAnswer } from './attachment.ts'
import { HandServer, handSession } from './hand-server.fixture.ts'
import { attach } from './link-attachment.ts'
import { LinkConnection } from './link-connection.ts'
import { dueAtMs, type LinkDownReason, whenLinkChanges } from './link-watch.ts'
import type { RecordChannel } from './record.ts'
import { encodeCloseContent, encodePing } from './record-content.ts'

const session = { ...handSession(), endsAtMonotonicMs: 600_000, lifetimeSeconds: 600 }

let clock: VirtualClock
let server: HandServer
let link: LinkConnection
let channel: RecordChannel
let reason: LinkDownReason | undefined

beforeEach(async () => {
  clock = createVirtualClock()
  const [client, far] = createSocketPair()
  server = new HandServer(far)
  link = new LinkConnection(client, { clock, log: noLog, handleRecord: async () => {} })
  const attached = attach(link, session, { random: createSeededRandom() })
  channel = await server.attach(session)
  await attached
  reason = undefined
  void whenLinkChanges(link, 600_000, clock).then((why) => {
    reason = why
  })
})

/** Answers each ping of the client, as a server does. */
async function answerPings(): Promise<void> {
  for (;;) {
    await server.nextRecord(channel)
    await server.send('binary', channel.seal('ping', encodePing('answer')))
  }
}

describe('what ends a link', () => {
  test('the end of the session', async () => {
    void answerPings()
    await clock.advance(599_999)
    expect(reason).toBeUndefined()
    await clock.advance(1)
    expect(reason).toBe('session-ended')
  })

  test.each([
    ['Error 409', 'attach-again', () => server.sendError(409)],
    ['Error 401', 'authenticate-again', () => server.sendError(401)],
    ['a text that is no message', 'closed', () => server.send('text', utf8('hello'))],
    ['the end of the connection', 'closed', async () => server.socket.close()],
    [
      'close 410',
      'authenticate-again',
      () => server.send('binary', channel.seal('close', encodeCloseContent(410))),
    ],
    [
      'a refused record',
      'attach-again',
      () => {
        channel.seal('ping', encodePing('answer'))
        return server.send('binary', channel.seal('ping', encodePing('answer')))
      },
    ],
  ] as const)('%s: %s', async (_, expected, happen) => {
    await happen()
    await clock.advance(0)
    expect(reason).toBe(expected)
  })

  test.each([
    ['Error 400', () => server.sendError(400)],
    ['Error 503', () => server.sendError(503)],
    [
      'an attach answer that nobody waits for',
      () => {
        const serverNonce = new Uint8Array(16)
        const { sessionId } = session
        return server.send('binary', encodeAttachAnswer({ sessionId, serverNonce }))
      },
    ],
    ['a record', () => server.send('binary', channel.seal('message', utf8('a')))],
  ] as const)('not %s', async (_, happen) => {
    await happen()
    await clock.advance(0)
    expect(reason).toBeUndefined()
  })
})

describe('a server that is silent', () => {
  test('for a minute is asked whether it is there', async () => {
    await clock.advance(59_999)
    const asked = server.nextRecord(channel)
    expect(await Promise.race([asked, Promise.resolve('nothing')])).toBe('nothing')
    await clock.advance(1)
    expect(await asked).toMatchObject({ type: 'ping', content: encodePing('request') })
  })

  test('and does not answer in ten seconds counts as gone', async () => {
    await clock.advance(69_999)
    expect(reason).toBeUndefined()
    await clock.advance(1)
    expect(reason).toBe('closed')
  })

  test('but answers is asked again a minute later', async () => {
    void answerPings()
    await clock.advance(300_000)
    expect(reason).toBeUndefined()
  })
})

const due = (lifetimeSeconds: number, renewAheadMs?: number): number =>
  dueAtMs(
    { endsAtMonotonicMs: lifetimeSeconds * 1000, lifetimeSeconds },
    renewAheadMs === undefined ? {} : { renewAheadMs },
  )

describe('when a session is renewed', () => {
  test.each([
    [3600, undefined, 3_599_000],
    [3600, 0, 3_600_000],
    [3600, 30_000, 3_570_000],
    [30, 30_000, 15_000],
    [1, 0, 1_000],
  ])('%i s of life, %o ms ahead: after %i ms', (lifetime, ahead, expected) => {
    expect(due(lifetime, ahead)).toBe(expected)
  })
})
