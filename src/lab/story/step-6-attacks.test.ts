import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestLab, stepFailure, type TestLab } from '../lab.fixture.ts'
import { ENTITIES } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { attacksStep } from './step-6-attacks.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  lab.world.setSessionLifetime(3600)
  await lab.world.gateway.start()
})
afterAll(() => lab.end())

test('says how many sessions there still are', async () => {
  expect(await attacksStep.run(lab.world)).toContain('the 1 sessions are the same as before')
})

describe('fails', () => {
  test('if an attack does', async () => {
    const world = { ...lab.world, openClonedCard: () => lab.world.openOtherCard() }
    expect(await stepFailure(attacksStep, world)).toBe('the cloned card accepted the challenge')
  })

  test('if a session is made meanwhile', async () => {
    const { serverStore } = lab.world
    let looks = 0
    const listSessions: LabWorld['serverStore']['listSessions'] = async (nowMs) => {
      const sessions = await serverStore.listSessions(nowMs)
      const [first] = sessions
      if (++looks === 1 || first === undefined) return sessions
      return [...sessions, { ...first, sessionId: 'f'.repeat(32), entityId: ENTITIES.car }]
    }
    const world = { ...lab.world, serverStore: { ...serverStore, listSessions } }
    expect(await stepFailure(attacksStep, world)).toBe('a session was made or ended by an attack')
  })

  test('if a session ends meanwhile', async () => {
    const { clock, server, serverStore } = lab.world
    const [own] = await serverStore.listSessions(clock.nowMs())
    const openOtherCard: LabWorld['openOtherCard'] = async () => {
      await server.endSession(own?.sessionId ?? '')
      return await lab.world.openOtherCard()
    }
    expect(await stepFailure(attacksStep, { ...lab.world, openOtherCard })).toBe(
      'a session was made or ended by an attack',
    )
  })
})
