import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EuKey } from '../../cpns-server/server-store.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { Secret } from '../../crypto/secret.ts'
import { startTestLab, stepFailure, type TestLab } from '../lab.fixture.ts'
import { ENTITIES } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { passwordStep } from './step-7-password.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  lab.world.setSessionLifetime(3600)
  await lab.world.gateway.start()
})
afterAll(() => lab.end())

/** A server that holds another EUKey than it should, and a PN GW that has logged in. */
function withEuKey(change: (euKey: EuKey) => EuKey | undefined): LabWorld {
  const { serverStore, passwordGateway, clock } = lab.world
  const login = async () => {
    const held = await serverStore.findCurrentEuKey(ENTITIES.home, clock.nowMs())
    if (held === undefined) throw new Error('the step was not told before')
    return held
  }
  const findCurrentEuKey: LabWorld['serverStore']['findCurrentEuKey'] = async (entityId, nowMs) => {
    const found = await serverStore.findCurrentEuKey(entityId, nowMs)
    return found && change(found)
  }
  return {
    ...lab.world,
    serverStore: { ...serverStore, findCurrentEuKey },
    passwordGateway: { ...passwordGateway, gateway: passwordGateway.gateway, login },
  }
}

test('both sides hold the EUKey whose fingerprint it shows, and the ladder has the assignment', async () => {
  const sentence = await passwordStep.run(lab.world)
  const { serverStore, clock } = lab.world
  const held = await serverStore.findCurrentEuKey(ENTITIES.home, clock.nowMs())
  expect(sentence).toContain(fingerprint((held as EuKey).key))
  const sent = lab.traced.flatMap((item) =>
    item.kind === 'message' && item.side === 'sent' ? [`${item.from} ${item.message}`] : [],
  )
  const [home, server] = [ENTITIES.home, ENTITIES.server]
  expect(sent).toEqual(
    expect.arrayContaining([
      `${home} EUKeyAssignmentRequest`,
      `${server} AuthenticateRequest`,
      `${home} AuthenticateResponse`,
      `${server} EUKeyAssignmentResponse`,
    ]),
  )
})

describe('fails', () => {
  test('if the server has no EUKey, or another', async () => {
    const without = withEuKey(() => undefined)
    expect(await stepFailure(passwordStep, without)).toContain('not the one that was handed over')
    const key = Secret.of(new Uint8Array(32))
    const other = withEuKey((euKey) => ({ ...euKey, key }))
    expect(await stepFailure(passwordStep, other)).toBe('the sides hold different EUKeys')
  })

  test('if it belongs to somebody else, or the other PN GW has no session', async () => {
    const owner = { kind: 'user', id: 'mallory' } as const
    const stolen = withEuKey((euKey) => ({ ...euKey, owner }))
    expect(await stepFailure(passwordStep, stolen)).toBe('the EUKey belongs to mallory')
    const gateway = { ...lab.world.gateway, session: undefined }
    const world = { ...withEuKey((euKey) => euKey), gateway }
    expect(await stepFailure(passwordStep, world)).toContain('lost its session')
  })
})
