import { beforeEach, describe, expect, test } from 'vitest'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import { noLog } from '../ports/log.ts'
import { HandServer, type HandSession, handSession } from './hand-server.fixture.ts'
import { attach } from './link-attachment.ts'
import { LinkConnection } from './link-connection.ts'
import { encodePing } from './record-content.ts'

let clock: VirtualClock
let server: HandServer
let link: LinkConnection
const session = { ...handSession(), endsAtMonotonicMs: 60_000, lifetimeSeconds: 60 }

beforeEach(() => {
  clock = createVirtualClock()
  const [client, far] = createSocketPair()
  server = new HandServer(far)
  link = new LinkConnection(client, { clock, log: noLog, handleRecord: async () => {} })
})

/** Answers and pings with another key than the client's. */
const pretend = async (other: HandSession): Promise<void> => {
  const channel = await server.answerAttach(other)
  await server.send('binary', channel.seal('ping', encodePing('answer')))
}

const attaching = () => attach(link, session, { random: createSeededRandom() })

test('request, answer, ping, pong: attached, and both ends have the same keys', async () => {
  const attached = attaching()
  const channel = await server.attach(session)
  expect(await attached).toBe(true)
  await link.sendRecord('relay', new Uint8Array(3))
  expect(await server.nextRecord(channel)).toMatchObject({ type: 'relay' })
})

describe('an answer that is none', () => {
  test('401: the server does not know the session', async () => {
    const attached = attaching()
    await server.next('binary')
    await server.sendError(401)
    expect(await attached).toBe(false)
  })

  test('401 after the first record: it ended meanwhile', async () => {
    const attached = attaching()
    await server.answerAttach(session)
    await server.sendError(401)
    expect(await attached).toBe(false)
  })

  test('other Errors are about the past and do not count', async () => {
    const attached = attaching()
    for (const status of [409, 400, 503] as const) await server.sendError(status)
    await server.attach(session)
    expect(await attached).toBe(true)
  })

  test('an answer about another session is refused', async () => {
    const attached = attaching()
    void server.answerAttach({ ...session, sessionId: handSession(6).sessionId })
    await expect(attached).rejects.toThrow(InvalidMessage)
  })
})

describe('no proof of the session key', () => {
  test('from a server that has another key: not attached, but late', async () => {
    const attached = attaching()
    const failed = expect(attached).rejects.toThrow('did not answer in time')
    await pretend({ ...session, sessionKey: handSession(9).sessionKey })
    await clock.advance(10_000)
    await failed
  })

  test('from who replays what the server said when the client attached before: not attached', async () => {
    const random = createSeededRandom()
    const heard: Uint8Array[] = []
    const [client, far] = createSocketPair({
      down: (frame) => {
        heard.push(frame.octets)
        return [frame]
      },
    })
    const former = new LinkConnection(client, { clock, log: noLog, handleRecord: async () => {} })
    const attached = attach(former, session, { random })
    await new HandServer(far).attach(session)
    expect([await attached, heard.length]).toEqual([true, 2])

    const again = attach(link, session, { random })
    const failed = expect(again).rejects.toThrow('did not answer in time')
    for (const octets of heard) await server.send('binary', octets)
    await clock.advance(10_000)
    await failed
  })

  test.each([0, 1])('from a server that falls silent after %i answers', async (answers) => {
    const attached = attaching()
    const failed = expect(attached).rejects.toThrow(TransportFailed)
    if (answers === 1) await server.answerAttach(session)
    await clock.advance(10_000)
    await failed
  })

  test('from a connection that ends', async () => {
    const attached = attaching()
    server.socket.close()
    await expect(attached).rejects.toThrow('the connection ended')
  })
})
