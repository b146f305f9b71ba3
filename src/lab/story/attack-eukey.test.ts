import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeMessage, encodeMessage } from '../../cpns/messages.ts'
import type { Status } from '../../cpns/status.ts'
import type { Secret } from '../../crypto/secret.ts'
import { failureOf, startTestLab, type TestLab } from '../lab.fixture.ts'
import { ENTITIES } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { refuseOtherOwner, refuseWrongEuKey } from './attack-eukey.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  lab.world.setSessionLifetime(3600)
  await lab.world.gateway.start()
})
afterAll(() => lab.end())

/** A server whose refusals carry another status. */
function refusing(status: Exclude<Status, 200>): LabWorld {
  const { post } = lab.world
  return {
    ...lab.world,
    post: {
      ...post,
      async post(octets) {
        const answer = await post.post(octets)
        const message = decodeMessage(answer.body)
        if (message.name !== 'ConnectResponse') return answer
        return { ...answer, body: encodeMessage({ ...message, status }) }
      },
    },
  }
}

test('a wrong EUKey is refused with 401', async () => {
  await refuseWrongEuKey(lab.world)
  expect(lab.traced.at(-1)).toMatchObject({ kind: 'note', entity: 'impostor' })
})

test("another owner's EntityID is refused with 403", async () => {
  await refuseOtherOwner(lab.world)
  expect(lab.traced.at(-1)).toMatchObject({ kind: 'note', entity: 'other PN GW' })
})

describe('fails', () => {
  test('if the wrong EUKey gets another status', async () => {
    for (const status of [403, 402] as const) {
      expect(await failureOf(refuseWrongEuKey(refusing(status)))).toBe(
        `the wrong EUKey was answered with ${status}, not 401`,
      )
    }
  })

  test('if the wrong EUKey is none: it is let in', async () => {
    const euKey = (await lab.world.credentials.obtain()).euKey as Secret
    const octets = (length: number) =>
      length === euKey.length ? euKey.reveal().slice() : lab.world.random.octets(length)
    const world = { ...lab.world, random: { octets } }
    expect(await failureOf(refuseWrongEuKey(world))).toBe('the wrong EUKey was not refused')
  })

  test('if the other owner gets another status', async () => {
    expect(await failureOf(refuseOtherOwner(refusing(401)))).toBe(
      "another owner's EntityID was answered with 401, not 403",
    )
  })

  test('if the server binds nobody, so that anybody may come', async () => {
    await lab.world.serverStore.removeEntity(ENTITIES.gateway)
    expect(await failureOf(refuseOtherOwner(lab.world))).toBe(
      "another owner's EntityID was not refused",
    )
  })
})
