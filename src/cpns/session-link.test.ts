import { expect, test } from 'vitest'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import { HAND_EUKEY } from './hand-server.fixture.ts'
import { createLinkWorld, type LinkWorld } from './link-world.fixture.ts'
import { createSessionLink, type SessionLink } from './session-link.ts'

async function startedLink(world: LinkWorld, link: SessionLink) {
  const up = link.start()
  const server = await world.accept()
  const session = await server.authenticate()
  const channel = await server.attach(session)
  await up
  return { server, session, channel }
}

test('start resolves when records can be sent, and a second start is the same one', async () => {
  const world = createLinkWorld()
  const link = createSessionLink(world.options, world.ports)
  const { server, session, channel } = await startedLink(world, link)
  await Promise.all([link.start(), link.whenUp()])
  expect(link.session?.sessionId).toBe(session.sessionId)
  await link.send('relay', new Uint8Array(2))
  expect(await server.nextRecord(channel)).toMatchObject({ type: 'relay' })
  expect(world.events).toEqual(['up new'])
})

test('what is sent while the link is not up fails at once, and is not sent later', () => {
  const world = createLinkWorld()
  const link = createSessionLink(world.options, world.ports)
  expect(() => link.send('relay', new Uint8Array(2))).toThrow(TransportFailed)
})

test('after a stop it can be started again', async () => {
  const world = createLinkWorld()
  const link = createSessionLink(world.options, world.ports)
  await startedLink(world, link)
  link.stop()
  expect(() => link.send('relay', new Uint8Array(2))).toThrow('the link was stopped')
  await expect(link.whenUp()).rejects.toThrow('the link was stopped')
  const { session } = await startedLink(world, link)
  expect(link.session?.sessionId).toBe(session.sessionId)
})

test('after it gave up it can be started again, when the cause is gone', async () => {
  let isThere = false
  const world = createLinkWorld({
    credentials: {
      async obtain() {
        if (!isThere) throw new AuthenticationFailed('there is no EUKey')
        return { euKey: HAND_EUKEY, keyType: 'assigned' }
      },
    },
  })
  const link = createSessionLink(world.options, world.ports)
  await expect(link.start()).rejects.toThrow('there is no EUKey')
  expect(() => link.send('relay', new Uint8Array(2))).toThrow(AuthenticationFailed)
  await world.accept()
  isThere = true
  await startedLink(world, link)
  await link.whenUp()
})

test('a stop before a start, and start after it', async () => {
  const world = createLinkWorld()
  const link = createSessionLink(world.options, world.ports)
  link.stop()
  await startedLink(world, link)
  expect(world.events).toEqual(['up new'])
})
