/** Taking over somebody else's session or attachment without its key: it does not work. Design 7 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ClientConnected } from '../../src/cpns/client-handshake.ts'
import { IDLE, step } from '../../src/cpns/client-handshake.ts'
import { decodeMessage } from '../../src/cpns/messages.ts'
import type { RecordChannel } from '../../src/cpns/record.ts'
import {
  decodeRelayContent,
  encodePing,
  encodeRelayContent,
} from '../../src/cpns/record-content.ts'
import { Secret } from '../../src/crypto/secret.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  gbaCredentials,
  gbaUAnswer,
  OTHER_GATEWAY_ID,
  OTHER_IMPI,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import {
  askToAttach,
  attachByHand,
  begin,
  connected,
  nextError,
  nextFrame,
  prepareAttachment,
  START,
  sendRecord,
  statusOf,
} from '../support/hand-client.ts'

let world: CpnsWorld
let socket: FrameSocket
let session: ClientConnected
let channel: RecordChannel

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  socket = world.connect()
  session = await connected(world)
  channel = await attachByHand(socket, session)
})

afterEach(async () => {
  await world.close()
})

const stillThere = async (): Promise<void> => {
  await sendRecord(socket, channel.seal('ping', encodePing('request')))
  expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'ping' })
  expect(world.server.attachedCount).toBe(1)
}

describe('an eavesdropper', () => {
  test('who replays the first record under an attachment of his own is refused', async () => {
    const victim = world.connect()
    const own = await prepareAttachment(victim, session, 8)
    const first = own.seal('ping', encodePing('request'))
    const attacker = world.connect()
    await askToAttach(attacker, session.sessionId, 8)
    await sendRecord(attacker, first)
    expect(await nextError(attacker)).toMatchObject({ status: 409 })
    await stillThere()
  })

  test('who replays attach request and records on another connection is refused', async () => {
    const ping = channel.seal('ping', encodePing('request'))
    const attacker = world.connect()
    await askToAttach(attacker, session.sessionId, 7)
    await sendRecord(attacker, ping)
    expect(await nextError(attacker)).toMatchObject({ status: 409 })
    await sendRecord(socket, ping)
    expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'ping' })
  })

  test('who knows the SessionID but not the key is refused at his first record', async () => {
    const attacker = world.connect()
    const stolen = { ...session, sessionKey: Secret.of(new Uint8Array(32)) }
    const guessed = await prepareAttachment(attacker, stolen, 8)
    await sendRecord(attacker, guessed.seal('ping', encodePing('request')))
    expect(await nextError(attacker)).toMatchObject({ status: 409 })
    await stillThere()
  })
})

describe('requests without any proof', () => {
  test('attach requests by the thousand evict nobody', async () => {
    const attacker = world.connect()
    for (let n = 0; n < 1000; n++) await askToAttach(attacker, session.sessionId, n % 256)
    await stillThere()
  })

  test('unknown sessions are 401, and cost the attacker only', async () => {
    const attacker = world.connect()
    expect(statusOf(await askToAttach(attacker, 'f'.repeat(32)))).toBe(401)
    await stillThere()
  })

  test('ConnectRequests in the name of the PN GW evict nobody', async () => {
    for (let n = 0; n < 50; n++) await begin(world, { transactionId: `x-${n}` })
    await stillThere()
    expect(await world.store.listSessions(world.clock.nowMs())).toHaveLength(1)
  })

  test('a socket that never attaches is closed after 30 seconds', async () => {
    const attacker = world.connect()
    await world.clock.advance(29_999)
    await askToAttach(attacker, session.sessionId)
    await world.clock.advance(1)
    await settle()
    await expect(attacker.send({ kind: 'text', octets: new Uint8Array(1) })).rejects.toThrow(
      'has ended',
    )
    await stillThere()
  })
})

describe('a PNE and its Via', () => {
  const relayed = async (via: RecordChannel, at: FrameSocket, octets: Uint8Array) => {
    await sendRecord(at, via.seal('relay', encodeRelayContent({ entityId: WATCH_ID, octets })))
    const opened = via.open(await nextFrame(at, 'binary'))
    if (opened.outcome !== 'record') throw new Error(opened.reason)
    return decodeRelayContent(opened.content)
  }
  const connectRequest = (change: object) => {
    const pne = { role: 'pne', entityId: WATCH_ID, keyType: 'assigned' } as const
    const { btid: _, euKey: _key, ...start } = START
    return step(IDLE, { ...start, ...pne, ...change }).send as Uint8Array
  }

  test.each([
    ['another Via than the PN GW that relays', { via: OTHER_GATEWAY_ID }],
    ['no Via', {}],
    ['the role of a PN GW', { role: 'pn-gw' }],
    ['another EntityID than the relay record', { via: START.entityId, entityId: CAR_ID }],
  ])('%s is 403', async (_, change) => {
    const answer = await relayed(channel, socket, connectRequest(change))
    expect(answer.entityId).toBe(WATCH_ID)
    expect(statusOf(answer.octets)).toBe(403)
  })

  test('what it has looked up does not count against its PN GW', async () => {
    const statuses: (number | undefined)[] = []
    for (let n = 20; n <= 30; n++) {
      const unknown = { via: START.entityId, keyType: 'ks-ext-naf', btid: btidOf(n) }
      statuses.push(statusOf((await relayed(channel, socket, connectRequest(unknown))).octets))
    }
    expect(statuses).toEqual([...Array<number>(10).fill(402), 429])
    const { euKey: _, ...start } = START
    const own = step(IDLE, { ...start, btid: btidOf(31) }).send as Uint8Array
    const { octets } = await world.server.answerPost(own, socket.remoteAddress)
    expect(statusOf(octets)).toBe(402)
  })

  test('its session cannot be attached to through another PN GW', async () => {
    const gateway = world.createGateway()
    await gateway.start()
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    await watch.pne.start()
    const stolen = watch.pne.session?.sessionId as string
    world.zn.know(btidOf(5), gbaUAnswer(5, world.clock, OTHER_IMPI))
    const other = { ...gbaCredentials(5), entityId: OTHER_GATEWAY_ID, transactionId: 't-5' }
    const otherSocket = world.connect()
    const otherChannel = await attachByHand(otherSocket, await connected(world, other))
    const request = new Uint8Array([1, 0, ...Buffer.from(stolen, 'hex'), ...new Uint8Array(16)])
    const answer = await relayed(otherChannel, otherSocket, request)
    expect(decodeMessage(answer.octets)).toMatchObject({ name: 'Error', status: 401 })
    expect(world.server.attachedCount).toBe(3)
  })

  test('its session cannot be attached to without its PN GW', async () => {
    const gateway = world.createGateway()
    await gateway.start()
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    await watch.pne.start()
    const stolen = watch.pne.session?.sessionId as string
    expect(statusOf(await askToAttach(world.connect(), stolen))).toBe(401)
  })
})
