import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectFrameSocket } from '../adapters/ws/connect-frame-socket.ts'
import { decodeMessage } from '../cpns/messages.ts'
import { failureOf, startTestLab, type TestLab } from './lab.fixture.ts'
import { ENTITIES } from './lab-names.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.end())

test('has no session before the story starts it, and has heard nothing', () => {
  expect(lab.world.gateway.session).toBeUndefined()
  expect(lab.world.lastSent('ConnectRequest')).toBeUndefined()
})

test('the tap holds what it said last, and what it was answered', async () => {
  const { world } = lab
  await world.gateway.start()
  expect(decodeMessage(world.lastSent('ConnectRequest') as Uint8Array)).toMatchObject({
    name: 'ConnectRequest',
    entityId: ENTITIES.gateway,
    role: 'pn-gw',
  })
  expect(decodeMessage(world.lastReceived('ConnectResponse') as Uint8Array)).toMatchObject({
    entityId: ENTITIES.server,
    status: 200,
  })
})

test('the end of its session is told at that moment, with a note', async () => {
  const { gateway } = lab.world
  const former = gateway.session?.sessionId
  const from = lab.traced.length
  await lab.world.untilSessionEnds()
  expect(lab.traced.slice(from).at(-1)).toMatchObject({
    kind: 'note',
    entity: ENTITIES.gateway,
    text: 'has no session any more: it holds what its PNEs send',
  })
  await gateway.whenUp()
  expect(gateway.session?.sessionId).not.toBe(former)
})

test('PNEs have to pin its certificate', async () => {
  const { address } = lab.lab.addresses.find(({ entity }) => entity === 'PN GW') ?? {}
  const trust = { kind: 'pin', sha256: 'ab'.repeat(32) } as const
  const target = { url: address ?? '', subprotocol: 'cpns1.v1', trust }
  expect(await failureOf(connectFrameSocket(target))).toMatch(/pin|key/)
})
