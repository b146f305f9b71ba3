import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GbaCard } from '../../gba/gba-card.ts'
import type { UbExchange } from '../../gba/ub-exchange.ts'
import { createGbaCredentials } from '../../pn-gw/gba-credentials.ts'
import { alteredUb, startTestLab, stepFailure, type TestLab } from '../lab.fixture.ts'
import { NAF_ID } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { bootstrapStep } from './step-1-bootstrap.ts'

let lab: TestLab
let card: GbaCard
beforeAll(async () => {
  lab = await startTestLab()
  card = await lab.world.openOtherCard()
})
afterAll(async () => {
  await card.close()
  await lab.end()
})

/** The world of an honest subscriber, but for one part. */
function worldWith(broken: { readonly card?: GbaCard; readonly ub?: UbExchange }): LabWorld {
  const ports = { ...lab.world, card, ...broken }
  return {
    ...lab.world,
    credentials: createGbaCredentials({ nafId: NAF_ID, entityName: 'PN GW' }, ports),
  }
}

test('names the B-TID and how long it is good', async () => {
  const sentence = await bootstrapStep.run(lab.world)
  expect(sentence).toMatch(
    /B-TID [A-Za-z0-9+/]{22}==@bsf\.mnc001\.mcc001\.\S+ is good for 86[34]\d\d s/,
  )
})

describe('fails', () => {
  test('if rspauth is wrong', async () => {
    const ub = alteredUb(lab.world.ub, (response) => {
      const info = response.headers['authentication-info']
      if (info === undefined) return response
      const wrong = info.map((one) =>
        one.replace(/rspauth="(.)/, (_, c) => `rspauth="${c === '0' ? '1' : '0'}`),
      )
      return { ...response, headers: { ...response.headers, 'authentication-info': wrong } }
    })
    expect(await stepFailure(bootstrapStep, worldWith({ ub }))).toContain('rspauth')
  })

  test('if the card has another K: 98 62', async () => {
    const cloned = await lab.world.openClonedCard()
    expect(await stepFailure(bootstrapStep, worldWith({ card: cloned }))).toContain('98 62')
    await cloned.close()
  })

  test('if the card is asked as one without GBA: MAC* is no MAC of a 3G context', async () => {
    const without = { ...card, supportsGbaU: false }
    expect(await stepFailure(bootstrapStep, worldWith({ card: without }))).toContain('98 62')
  })

  test('if the run was GBA_ME', async () => {
    const { credentials } = lab.world
    const gbaMe = async () => ({ ...(await credentials.bootstrap()), gbaType: 'GBA_ME' as const })
    const world = { ...lab.world, credentials: { ...credentials, bootstrap: gbaMe } }
    expect(await stepFailure(bootstrapStep, world)).toBe('the run was GBA_ME, not GBA_U')
  })

  test('if the BSF takes anybody who asks: 200 without a challenge', async () => {
    const ub = alteredUb(lab.world.ub, (response) => ({ ...response, status: 200 }))
    expect(await stepFailure(bootstrapStep, worldWith({ ub }))).toContain(
      'status: 200 is not expected',
    )
  })

  test('if the BSF refuses', async () => {
    const ub = alteredUb(lab.world.ub, (response) => ({ ...response, status: 403, headers: {} }))
    expect(await stepFailure(bootstrapStep, worldWith({ ub }))).toContain('403')
  })
})
