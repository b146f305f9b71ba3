/** Bad handshakes over the WebSocket: refused as over `POST /cpns`, and they end nobody's session. K-4, M-4, M-6 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConnectRefused } from '../../src/cpns/credentials.ts'
import { encodePing } from '../../src/cpns/record-content.ts'
import { fromUtf8, utf8 } from '../../src/octets/octets.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  fixedCredentials,
  gbaCredentials,
  gbaUAnswer,
  keyOf,
  OTHER_IMPI,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import {
  asking,
  attachByHand,
  begin,
  connect,
  connected,
  nextError,
  nextFrame,
  sendRecord,
  statusOf,
} from '../support/hand-client.ts'

let world: CpnsWorld
let socket: FrameSocket

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  socket = world.connect()
})

afterEach(async () => {
  await world.close()
})

const sessions = () => world.store.listSessions(world.clock.nowMs())

describe('over the WebSocket', () => {
  test('a good handshake makes a session', async () => {
    const { outcome } = await connect(world, {}, asking(socket))
    expect(outcome?.kind).toBe('connected')
    expect(await sessions()).toHaveLength(1)
  })

  test('a wrong EUKey is 401, and the connection goes on', async () => {
    const wrong = await connect(world, { euKey: keyOf(99) }, asking(socket))
    expect(statusOf(wrong.lastAnswer)).toBe(401)
    const right = await connect(world, { transactionId: 't-2' }, asking(socket))
    expect(right.outcome?.kind).toBe('connected')
  })

  test("another owner's EntityID is 403, and the owner's attachment goes on", async () => {
    const channel = await attachByHand(socket, await connected(world))
    world.zn.know(btidOf(5), gbaUAnswer(5, world.clock, OTHER_IMPI))
    const other = world.connect()
    const change = { ...gbaCredentials(5), transactionId: 't-2' }
    expect(statusOf((await connect(world, change, asking(other))).lastAnswer)).toBe(403)
    await sendRecord(socket, channel.seal('ping', encodePing('request')))
    expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'ping' })
  })

  test('replayed octets get the same answer, altered ones 409, on another connection too', async () => {
    const { authenticateResponse, lastAnswer } = await connect(world, {}, asking(socket))
    const ask = asking(world.connect())
    expect(await ask(authenticateResponse!)).toEqual(lastAnswer)
    const altered = utf8(fromUtf8(authenticateResponse!).replace('/>', ' />'))
    expect(statusOf(await ask(altered))).toBe(409)
    expect(await sessions()).toHaveLength(1)
  })

  test('a replayed ConnectRequest begins an exchange that nobody can end', async () => {
    const { connectRequest, authenticateResponse } = await connect(world, {}, asking(socket))
    const ask = asking(world.connect())
    await ask(connectRequest)
    // The HASH of the first exchange is no proof in the second, and the State is the first one's.
    expect(statusOf(await ask(authenticateResponse!))).toBe(200)
    expect(await sessions()).toHaveLength(1)
  })

  test("a PNE's ConnectRequest without a relay is 403", async () => {
    const change = { role: 'pne', entityId: WATCH_ID } as const
    expect(statusOf((await begin(world, change, asking(socket))).answer)).toBe(403)
  })

  test('an Error is not answered, so that none can loop', async () => {
    const error =
      '<Error xmlns="urn:oma:xml:cpns:core:1.1" EntityID="urn:x:y" Status="400" Detail="?"/>'
    await socket.send({ kind: 'text', octets: utf8(error) })
    await sendRecord(socket, new Uint8Array([1, 2, 3]))
    expect((await nextError(socket)).detail).toContain('frame')
  })

  test('what is no message is Error 400, and the connection goes on', async () => {
    await socket.send({ kind: 'text', octets: utf8('<a/>') })
    expect((await nextError(socket)).status).toBe(400)
    expect((await connect(world, {}, asking(socket))).outcome?.kind).toBe('connected')
  })
})

describe('a PN GW', () => {
  test('with a wrong EUKey gives up with the reason', async () => {
    const failures: Error[] = []
    const gateway = world.createGateway({
      ports: {
        credentials: fixedCredentials({ ...gbaCredentials(1), euKey: keyOf(9) }),
        onFailed: (error) => failures.push(error),
      },
    })
    await expect(gateway.start()).rejects.toThrow(ConnectRefused)
    expect(failures.map(String)).toEqual([
      expect.stringContaining('the server refused the handshake (status 401)'),
    ])
    await expect(gateway.whenUp()).rejects.toThrow(ConnectRefused)
  })

  test('of another owner gives up, and the first one stays', async () => {
    const first = world.createGateway()
    await first.start()
    world.zn.know(btidOf(5), gbaUAnswer(5, world.clock, OTHER_IMPI))
    const ports = { credentials: fixedCredentials(gbaCredentials(5)) }
    await expect(world.createGateway({ ports }).start()).rejects.toMatchObject({ status: 403 })
    await settle()
    expect(world.server.attachedCount).toBe(1)
    expect((await sessions())[0]?.sessionId).toBe(first.session?.sessionId)
  })
})
