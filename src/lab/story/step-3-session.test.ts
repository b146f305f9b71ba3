import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../../cpns-server/server-store.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { Secret } from '../../crypto/secret.ts'
import { AuthenticationFailed } from '../../errors/errors.ts'
import type { PnGw } from '../../pn-gw/create-pn-gw.ts'
import { startTestLab, stepFailure, type TestLab } from '../lab.fixture.ts'
import { ENTITIES } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { sessionStep } from './step-3-session.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  lab.world.setSessionLifetime(3600)
})
afterAll(() => lab.end())

const withGateway = (gateway: Partial<PnGw>): LabWorld => ({
  ...lab.world,
  gateway: { ...lab.world.gateway, session: lab.world.gateway.session, ...gateway },
})

/** A server that holds something else than it should. */
function withSession(change: (held: Session) => Session | undefined): LabWorld {
  const { serverStore } = lab.world
  const findSession: LabWorld['serverStore']['findSession'] = async (sessionId, nowMs) => {
    const held = await serverStore.findSession(sessionId, nowMs)
    return held && change(held)
  }
  return { ...lab.world, serverStore: { ...serverStore, findSession } }
}

test('both sides hold the session key whose fingerprint it shows', async () => {
  const sentence = await sessionStep.run(lab.world)
  const { gateway, serverStore, clock } = lab.world
  const held = await serverStore.findSession(gateway.session?.sessionId ?? '', clock.nowMs())
  expect(held?.entityId).toBe(ENTITIES.gateway)
  expect(sentence).toContain(fingerprint((held as Session).sessionKey))
})

describe('fails', () => {
  test('if the PN GW comes to no session, with its own words', async () => {
    const broken = withGateway({
      start: () => Promise.reject(new AuthenticationFailed('the server refused with 401')),
    })
    expect(await stepFailure(sessionStep, broken)).toBe('the server refused with 401')
  })

  test('if the PN GW says it forwards and has no session', async () => {
    const world = { ...withGateway({}), gateway: { ...lab.world.gateway, session: undefined } }
    expect(await stepFailure(sessionStep, world)).toBe('one side has no session')
  })

  test('if the server has none, or one of somebody else', async () => {
    expect(
      await stepFailure(
        sessionStep,
        withSession(() => undefined),
      ),
    ).toBe('one side has no session')
    const others = withSession((held) => ({ ...held, entityId: ENTITIES.car }))
    expect(await stepFailure(sessionStep, others)).toBe('one side has no session')
  })

  test('if the server holds another key', async () => {
    const sessionKey = Secret.of(new Uint8Array(32).fill(7))
    expect(
      await stepFailure(
        sessionStep,
        withSession((held) => ({ ...held, sessionKey })),
      ),
    ).toBe('the sides hold different session keys')
  })
})
