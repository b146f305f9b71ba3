import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  gbaUAnswer,
  settle,
} from '../../test/support/cpns-world.ts'
import {
  askToAttach,
  attachByHand,
  connected,
  nextFrame,
  sendRecord,
} from '../../test/support/hand-client.ts'
import { decodeMessage } from '../cpns/messages.ts'
import { encodePing } from '../cpns/record-content.ts'
import type { ServerStore } from './server-store.ts'

let folder: string
let world: CpnsWorld

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-watch-'))
  world = createCpnsWorld({}, join(folder, 'server.db'))
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

/** Notes each question that the store is asked from now on. */
function noteQuestions(store: ServerStore): string[] {
  const asked: string[] = []
  for (const [name, operation] of Object.entries(store)) {
    const note = (...given: readonly unknown[]) => {
      asked.push(name)
      return (operation as (...given: readonly unknown[]) => unknown)(...given)
    }
    Object.assign(store, { [name]: note })
  }
  return asked
}

/** What of it the disk has to do takes time of its own. */
const within = async (ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await world.elapse(1_000)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const messageTo = (to: string, n: number) => ({
  messageId: `m-${n}`,
  from: 'urn:cpns:service:elsewhere',
  to,
  contentType: 'text/plain',
  payload: new Uint8Array(1),
  expiresAtMs: world.clock.nowMs() + 600_000,
})

describe('recipients for whom nothing waits', () => {
  const LANES = 200

  test('cost one question a period together, however many they are', async () => {
    for (let n = 0; n < LANES; n++) world.server.registerService(`x-${n}`, async () => {})
    await settle()
    const asked = noteQuestions(world.store)
    await within(55_000)
    expect(asked).toEqual(Array.from({ length: 11 }, () => 'changedElsewhere'))
  })

  test('and those who are attached too', async () => {
    const socket = world.connect()
    await attachByHand(socket, await connected(world))
    await within(10_000)
    const asked = noteQuestions(world.store)
    await within(20_000)
    expect(asked).toEqual(Array.from({ length: 4 }, () => 'changedElsewhere'))
  })
})

describe('what another process writes', () => {
  test('is delivered within five seconds, to those whom it concerns', async () => {
    const got: string[] = []
    for (const name of ['a', 'b', 'c']) {
      world.server.registerService(
        name,
        async ({ messageId }) => void got.push(`${messageId} ${name}`),
      )
    }
    await within(6_000)
    const asked = noteQuestions(world.store)
    const elsewhere = world.openElsewhere()
    for (const [n, to] of ['b', 'nobody', 'b', 'c'].entries()) {
      await elsewhere.acceptMessage(messageTo(`urn:cpns:service:${to}`, n), world.clock.nowMs())
    }
    await elsewhere.close()
    await within(5_000)
    expect(got.sort()).toEqual(['m-0 b', 'm-2 b', 'm-3 c'])
    expect(asked.filter((name) => name === 'recipientsSince')).toHaveLength(1)
    // Twice each: what there is, and that there is no more.
    expect(asked.filter((name) => name === 'waitingMessages')).toHaveLength(4)
  })

  test('a session that it ended loses its attachment within seconds', async () => {
    const socket = world.connect()
    const session = await connected(world)
    const channel = await attachByHand(socket, session)
    const elsewhere = world.openElsewhere()
    await elsewhere.endSession(session.sessionId)
    await elsewhere.close()
    await within(5_000)
    expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'close' })
    expect(decodeMessage(await askToAttach(socket, session.sessionId))).toMatchObject({
      status: 401,
    })
  })

  test('is heard of in the next turn, if the store failed in this one', async () => {
    const got: string[] = []
    world.server.registerService('a', async ({ messageId }) => void got.push(messageId))
    await within(6_000)
    const elsewhere = world.openElsewhere()
    await elsewhere.acceptMessage(messageTo('urn:cpns:service:a', 1), world.clock.nowMs())
    await elsewhere.close()
    const { recipientsSince } = world.store
    Object.assign(world.store, {
      recipientsSince: () => Promise.reject(new Error('disk full')),
    })
    await within(5_000)
    expect([world.logged.includes('sweep-failed'), got]).toEqual([true, []])
    Object.assign(world.store, { recipientsSince })
    await within(5_000)
    expect(got).toEqual(['m-1'])
  })
})

test('goes on after the store failed', async () => {
  await world.store.close()
  await within(180_000)
  expect(world.logged.filter((event) => event === 'sweep-failed')).toHaveLength(36)
})

test('leaves attachments of sessions that live', async () => {
  const socket = world.connect()
  const channel = await attachByHand(socket, await connected(world))
  await within(180_000)
  await sendRecord(socket, channel.seal('ping', encodePing('request')))
  expect(channel.open(await nextFrame(socket, 'binary'))).toMatchObject({ type: 'ping' })
})
