import { describe, expect, test } from 'vitest'
import { AuthenticationFailed, ConfigurationInvalid } from '../errors/errors.ts'
import type { HandServer, HandSession } from './hand-server.fixture.ts'
import { LinkRun } from './link-run.ts'
import { createLinkWorld, type LinkWorld } from './link-world.fixture.ts'
import type { RecordChannel } from './record.ts'
import { encodeCloseContent } from './record-content.ts'

interface Up {
  readonly world: LinkWorld
  readonly life: LinkRun
  readonly server: HandServer
  readonly session: HandSession
  readonly channel: RecordChannel
}

/** A link that is up for the first time. */
async function bringUp(lifetimeSeconds = 60): Promise<Up> {
  const world = createLinkWorld()
  const life = new LinkRun(world.options, world.ports)
  void life.run()
  const server = await world.accept()
  const session = await server.authenticate(lifetimeSeconds)
  const channel = await server.attach(session)
  await life.up.whenOpen()
  return { world, life, server, session, channel }
}

const started = (world: LinkWorld): { life: LinkRun; ended: Promise<void> } => {
  const life = new LinkRun(world.options, world.ports)
  return { life, ended: life.run() }
}

describe('while it lives', () => {
  test('connects, authenticates, attaches', async () => {
    const { world, life, session } = await bringUp()
    expect(world.events).toEqual(['up new'])
    expect(life.session?.sessionId).toBe(session.sessionId)
    expect(life.end).toBeUndefined()
  })

  test('renews its session a second before its end, on the same connection', async () => {
    const { world, life, server, session } = await bringUp(60)
    const renewed = server.authenticate()
    await world.clock.advance(59_000)
    await server.attach(await renewed, 7)
    await life.up.whenOpen()
    expect(world.events).toEqual(['up new', 'down session-ended', 'up new unbroken'])
    expect(life.session?.sessionId).not.toBe(session.sessionId)
  })

  test('attaches again under the same session when it is told to', async () => {
    const { world, life, server, session } = await bringUp()
    await world.clock.advance(15_000)
    await server.sendError(409)
    await server.attach(session, 7)
    await life.up.whenOpen()
    expect(world.events).toEqual(['up new', 'down attach-again', 'up'])
  })

  test('authenticates again when the server ends the session', async () => {
    const { world, life, server, channel } = await bringUp()
    await world.clock.advance(15_000)
    await server.send('binary', channel.seal('close', encodeCloseContent(410)))
    await server.attach(await server.authenticate(), 7)
    await life.up.whenOpen()
    expect(world.events).toEqual(['up new', 'down authenticate-again', 'up new'])
  })

  test('authenticates again when the server does not know the session', async () => {
    const { world, life, server } = await bringUp()
    await world.clock.advance(15_000)
    await server.sendError(409)
    await server.next('binary')
    await server.sendError(401)
    const made = server.authenticate()
    await world.clock.advance(100)
    await server.attach(await made, 7)
    await life.up.whenOpen()
    expect(world.events).toEqual(['up new', 'down attach-again', 'up new'])
  })

  test('connects again when the connection ends, with the session that is still good', async () => {
    const { world, life, server, session } = await bringUp()
    server.socket.close()
    const next = world.accept()
    await world.clock.advance(100)
    await (await next).attach(session, 7)
    await life.up.whenOpen()
    expect(world.events).toEqual(['up new', 'down closed', 'link-interrupted', 'up'])
  })
})

describe('what does not work is tried again, but not at once', () => {
  test('connecting, with pauses that grow', async () => {
    const world = createLinkWorld()
    world.isReachable = false
    const { life } = started(world)
    await world.clock.advance(100 + 200 + 400)
    expect(world.events).toEqual([
      'link-interrupted',
      'link-interrupted',
      'link-interrupted',
      'link-interrupted',
    ])
    life.stop()
  })

  test('a server that says attach again and again', async () => {
    const { world, server, session, life } = await bringUp()
    let attached = 0
    void (async () => {
      while (attached < 100) {
        await server.sendError(409)
        await server.attach(session, attached++)
      }
    })().catch(() => {})
    await world.clock.advance(3000)
    expect(attached).toBeLessThan(8)
    life.stop()
  })

  test('a server that gives sessions and does not know them', async () => {
    const world = createLinkWorld()
    const { life } = started(world)
    const server = await world.accept()
    let made = 0
    void (async () => {
      while (made < 100) {
        await server.authenticate()
        made += 1
        await server.next('binary')
        await server.sendError(401)
      }
    })().catch(() => {})
    await world.clock.advance(3000)
    expect(made).toBeGreaterThan(2)
    expect(made).toBeLessThan(8)
    life.stop()
  })
})

describe('its end', () => {
  test.each([
    ['no EUKey', new AuthenticationFailed('there is no EUKey')],
    ['wrong names', new ConfigurationInvalid('the server names another NAF')],
  ])('%s: it gives up, says why, and everything that waits ends', async (_, error) => {
    const world = createLinkWorld({
      credentials: {
        obtain: async () => {
          throw error
        },
      },
    })
    const { life, ended } = started(world)
    const waiting = expect(life.up.whenOpen()).rejects.toBe(error)
    await ended
    await waiting
    expect(life.end).toBe(error)
    expect(world.events).toEqual([`failed: ${error.message}`])
    expect(world.clock.pendingTimers()).toBe(0)
  })

  test('stopped while it connects: the connection is closed as soon as it is there', async () => {
    const world = createLinkWorld()
    const { life, ended } = started(world)
    life.stop()
    const server = await world.accept()
    await ended
    await expect(server.next('text')).rejects.toThrow('the client closed')
    expect(world.events).toEqual([])
  })

  test('stopped while it authenticates', async () => {
    const world = createLinkWorld()
    const { life, ended } = started(world)
    const server = await world.accept()
    await server.nextConnectRequest()
    life.stop()
    await ended
    expect(life.session).toBeUndefined()
    expect(world.clock.pendingTimers()).toBe(0)
  })

  test('stopped while it waits before another attempt', async () => {
    const world = createLinkWorld()
    world.isReachable = false
    const { life, ended } = started(world)
    await world.clock.advance(0)
    life.stop()
    await ended
    expect(world.clock.pendingTimers()).toBe(0)
  })

  test('stopped while it is up; twice is once', async () => {
    const { life, server, world } = await bringUp()
    life.stop()
    life.stop()
    await expect(server.next('binary')).rejects.toThrow('the client closed')
    await expect(life.up.whenOpen()).rejects.toThrow('the link was stopped')
    expect(life.session).toBeUndefined()
    await world.clock.advance(0)
    expect(world.clock.pendingTimers()).toBe(0)
  })
})

describe('whatever it is doing', () => {
  /** Takes a fresh life to a state, and gives the server's end of it. */
  const REACH: Readonly<Record<string, (world: LinkWorld) => Promise<HandServer>>> = {
    async 'waiting for a challenge'(world) {
      const server = await world.accept()
      await server.nextConnectRequest()
      return server
    },
    async 'waiting for an attach answer'(world) {
      const server = await world.accept()
      await server.authenticate()
      await server.next('binary')
      return server
    },
    async 'waiting for the first record'(world) {
      const server = await world.accept()
      await server.answerAttach(await server.authenticate())
      return server
    },
    async 'being up'(world) {
      const server = await world.accept()
      await server.attach(await server.authenticate(3600))
      return server
    },
  }

  describe.each(Object.entries(REACH))('%s', (_, reach) => {
    test('a stop ends it', async () => {
      const world = createLinkWorld()
      const { life, ended } = started(world)
      await reach(world)
      life.stop()
      await ended
      await world.clock.advance(0)
      expect([life.session, world.clock.pendingTimers()]).toEqual([undefined, 0])
    })

    test('the end of the connection begins it anew', async () => {
      const world = createLinkWorld()
      const { life } = started(world)
      ;(await reach(world)).socket.close()
      await world.clock.advance(100)
      const next = await world.accept()
      const isKnown = life.session !== undefined
      if (isKnown) await next.next('binary')
      else await next.nextConnectRequest()
      expect(world.events).toContain('link-interrupted')
      life.stop()
    })

    test('a server that falls silent counts as gone', async () => {
      const world = createLinkWorld()
      const { life } = started(world)
      await reach(world)
      await world.clock.advance(75_000)
      expect(world.events).toContain('link-interrupted')
      life.stop()
    })

    test('what is no message begins it anew', async () => {
      const world = createLinkWorld()
      const { life } = started(world)
      const server = await reach(world)
      await server.send('text', new Uint8Array([0x3c]))
      await world.clock.advance(0)
      expect(world.events).toContain('link-interrupted')
      life.stop()
    })
  })
})
