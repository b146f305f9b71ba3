import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { COLLECTOR, collect, sendDown } from '../../test/scenarios/traffic.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  fixedCredentials,
  GATEWAY_ID,
  gbaUAnswer,
  keyOf,
  SERVER_ID,
  settle,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { HandServer } from '../cpns/hand-server.fixture.ts'
import { encodeMessage } from '../cpns/messages.ts'
import { encodeMessageContent } from '../cpns/record-content.ts'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import type { PnGw } from '../pn-gw/create-pn-gw.ts'

let world: CpnsWorld
let gateway: PnGw

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  gateway = world.createGateway()
  await gateway.start()
})

afterEach(async () => {
  await world.close()
})

describe('a PNE', () => {
  test('comes to a session of its own, behind its PN GW', async () => {
    const ups: string[] = []
    const { pne } = await world.createPne(WATCH_ID, 10, gateway, {
      ports: { onUp: ({ sessionId }) => void ups.push(sessionId) },
    })
    expect(pne.session).toBeUndefined()
    await pne.start()
    const sessions = await world.store.listSessions(world.clock.nowMs())
    expect(sessions).toContainEqual(
      expect.objectContaining({ entityId: WATCH_ID, role: 'pne', via: GATEWAY_ID }),
    )
    expect(ups).toEqual([pne.session?.sessionId])
  })

  test('sends with a MessageID, content type and expiry of its own making', async () => {
    const { pne } = await world.createPne(WATCH_ID, 10, gateway)
    await pne.start()
    const got: unknown[] = []
    world.server.registerService('collector', async (message) => void got.push(message))
    expect(await pne.send({ to: COLLECTOR, payload: utf8('a') })).toBe(200)
    await settle()
    expect(got).toEqual([
      expect.objectContaining({
        messageId: expect.stringMatching(/^[0-9a-f]{32}$/),
        from: WATCH_ID,
        contentType: 'application/octet-stream',
        expiresAtMs: world.clock.nowMs() + 3600_000,
      }),
    ])
  })

  test('that sends before it is started sends when it is', async () => {
    const { pne } = await world.createPne(WATCH_ID, 10, gateway)
    const collected = collect(world)
    const sent = pne.send({ to: COLLECTOR, payload: utf8('early') })
    await pne.start()
    expect(await sent).toBe(200)
    await settle()
    expect(collected).toEqual(['early'])
  })

  test.each([400, 413] as const)(
    'that is told Error %i in an exchange gives that message up',
    async (status) => {
      const [client, far] = createSocketPair()
      const server = new HandServer(far)
      const { pne } = await world.createPne(WATCH_ID, undefined, gateway, {
        ports: {
          connectGateway: async () => client,
          credentials: fixedCredentials({ euKey: keyOf(3), keyType: 'assigned' }),
        },
      })
      void pne.start()
      const channel = await server.attach(await server.authenticate(3600))
      const sent = pne.send({ to: COLLECTOR, payload: utf8('a'), messageId: 'm' })
      await server.nextRecord(channel)
      const error = { name: 'Error', entityId: SERVER_ID, status, detail: '?' } as const
      for (const transactionId of ['other', 'm']) {
        const xml = encodeMessage({ ...error, transactionId })
        const content = encodeMessageContent({ xml, payload: utf8('') })
        await server.send('binary', channel.seal('message', content))
      }
      expect(await sent).toBe(status)
    },
  )

  test('gives its application what arrives, once, and answers it', async () => {
    const { pne, received } = await world.createPne(CAR_ID, 11, gateway)
    await pne.start()
    await sendDown(world, CAR_ID, 'd', 2)
    await settle()
    expect(received.map(({ from, payload }) => [from, fromUtf8(payload)])).toEqual([
      [COLLECTOR, 'd1'],
      [COLLECTOR, 'd2'],
    ])
    expect(await world.store.waitingRecipients(world.clock.nowMs())).toEqual([])
  })

  test('clears its seen-list of what has expired, each time it comes up', async () => {
    const cleared: number[] = []
    const { pne } = await world.createPne(CAR_ID, 11, gateway, {
      ports: {
        store: {
          hasSeen: async () => false,
          markSeen: async () => {},
          async removeExpired(nowMs) {
            cleared.push(nowMs)
            throw new Error('a full disk is no reason to stop')
          },
        },
      },
    })
    await pne.start()
    await settle()
    expect(cleared).toEqual([world.clock.nowMs()])
    expect(world.logged).toContain('seen-list-not-cleared')
  })
})

describe('the end', () => {
  test('what waits is rejected when it is stopped', async () => {
    const { pne } = await world.createPne(WATCH_ID, 10, gateway)
    await pne.start()
    gateway.stop()
    const sent = pne.send({ to: COLLECTOR, payload: utf8('never') })
    pne.stop()
    await expect(sent).rejects.toThrow(TransportFailed)
    expect(pne.session).toBeUndefined()
  })

  test('what waits is rejected when it cannot come to a session', async () => {
    const { pne } = await world.createPne(WATCH_ID, 10, gateway, {
      ports: { credentials: fixedCredentials({ euKey: keyOf(99), keyType: 'assigned' }) },
    })
    const sent = pne.send({ to: COLLECTOR, payload: utf8('never') })
    const rejected = expect(sent).rejects.toThrow(AuthenticationFailed)
    await expect(pne.start()).rejects.toThrow(AuthenticationFailed)
    await rejected
    await expect(pne.send({ to: COLLECTOR, payload: utf8('never') })).rejects.toThrow(
      AuthenticationFailed,
    )
  })

  test('after a stop it can be started again', async () => {
    const { pne } = await world.createPne(WATCH_ID, 10, gateway)
    await pne.start()
    pne.stop()
    await pne.start()
    collect(world)
    expect(await pne.send({ to: COLLECTOR, payload: utf8('again') })).toBe(200)
  })
})

test('what is out of its limits is told to the sender', async () => {
  const { pne } = await world.createPne(WATCH_ID, 10, gateway)
  await pne.start()
  const message = { to: COLLECTOR, payload: utf8('a') }
  for (const change of [{ messageId: '' }, { to: 'no URI' }, { expires: 604_801 }]) {
    await expect(pne.send({ ...message, ...change })).rejects.toThrow(RangeError)
  }
})
