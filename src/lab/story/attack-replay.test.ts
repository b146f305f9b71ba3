import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeMessage, encodeMessage } from '../../cpns/messages.ts'
import { concatOctets, utf8 } from '../../octets/octets.ts'
import { failureOf, startTestLab, type TestLab } from '../lab.fixture.ts'
import { ENTITIES } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { refuseReplay } from './attack-replay.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  lab.world.setSessionLifetime(3600)
})
afterAll(() => lab.end())

/** A server whose nth answer is another one. */
function answering(n: number, alter: (answer: Uint8Array) => Uint8Array): LabWorld {
  const { post } = lab.world
  let count = 0
  const altered: LabWorld['post'] = {
    ...post,
    async post(octets) {
      const answer = await post.post(octets)
      return ++count === n ? { ...answer, body: alter(answer.body) } : answer
    },
  }
  return { ...lab.world, post: altered }
}

/** Status 401 instead. */
function asUnauthorized(answer: Uint8Array): Uint8Array {
  const message = decodeMessage(answer)
  if (message.name !== 'ConnectResponse') throw new Error(message.name)
  return encodeMessage({ ...message, status: 401 })
}

test('fails if there is nothing to replay yet', async () => {
  expect(await failureOf(refuseReplay(lab.world))).toBe('the PN GW has not authenticated yet')
})

test('the same octets get the same answer, altered ones 409, and there is one session', async () => {
  const { world } = lab
  await world.gateway.start()
  const before = await world.serverStore.listSessions(world.clock.nowMs())
  await refuseReplay(world)
  expect(await world.serverStore.listSessions(world.clock.nowMs())).toEqual(before)
})

describe('fails', () => {
  test('if the same octets get another answer', async () => {
    const longer = answering(1, (answer) => concatOctets(answer, utf8('\n')))
    expect(await failureOf(refuseReplay(longer))).toBe('the same octets got another answer')
  })

  test('if altered octets get the first answer again, or another refusal', async () => {
    const first = lab.world.lastReceived('ConnectResponse') as Uint8Array
    const said = 'altered octets with the same State were not answered with 409'
    expect(await failureOf(refuseReplay(answering(2, () => first)))).toBe(said)
    expect(await failureOf(refuseReplay(answering(2, asUnauthorized)))).toBe(said)
    const error = encodeMessage({
      name: 'Error',
      entityId: ENTITIES.server,
      status: 409,
      detail: 'no',
    })
    expect(await failureOf(refuseReplay(answering(2, () => error)))).toBe(said)
  })

  test('if nothing was altered: the space that is added is what is refused', async () => {
    const { post } = lab.world
    const sent = lab.world.lastSent('AuthenticateResponse') as Uint8Array
    const deaf: LabWorld = { ...lab.world, post: { ...post, post: () => post.post(sent) } }
    expect(await failureOf(refuseReplay(deaf))).toContain('not answered with 409')
  })
})
