import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UbResponse } from '../../gba/ub-exchange.ts'
import { utf8 } from '../../octets/octets.ts'
import { alteredUb, failureOf, startTestLab, type TestLab } from '../lab.fixture.ts'
import type { LabWorld } from '../lab-world.ts'
import { refuseClonedCard } from './attack-cloned-card.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.end())

/** A BSF whose refusals come out otherwise. */
function withRefusals(alter: (refusal: UbResponse, count: number) => UbResponse): LabWorld {
  let count = 0
  const ub = alteredUb(lab.world.ub, (response) =>
    response.status === 403 ? alter(response, ++count) : response,
  )
  return { ...lab.world, ub }
}

test('the card says 98 62, and the BSF 403', async () => {
  const from = lab.traced.length
  await refuseClonedCard(lab.world)
  const notes = lab.traced.slice(from).flatMap((item) => (item.kind === 'note' ? [item.text] : []))
  expect(notes).toHaveLength(2)
  expect(notes[0]).toContain('98 62')
  expect(notes[1]).toContain('403')
})

describe('fails', () => {
  test('if the card takes the challenge, because it is no clone', async () => {
    const world = { ...lab.world, openClonedCard: () => lab.world.openOtherCard() }
    expect(await failureOf(refuseClonedCard(world))).toBe('the cloned card accepted the challenge')
  })

  test('if a guessed RES is answered with anything but 403', async () => {
    for (const status of [200, 400, 401, 500]) {
      const world = withRefusals((refusal) => ({ ...refusal, status }))
      expect(await failureOf(refuseClonedCard(world))).toBe(
        'a guessed RES was not answered with 403',
      )
    }
  })

  test('if an unknown IMPI gets another status', async () => {
    const world = withRefusals((refusal, count) => ({
      ...refusal,
      status: count === 1 ? 403 : 404,
    }))
    expect(await failureOf(refuseClonedCard(world))).toBe(
      'an unknown IMPI was not answered with 403',
    )
  })

  test('if the BSF says which of both it was', async () => {
    const world = withRefusals((refusal, count) =>
      count === 1 ? refusal : { ...refusal, body: utf8('unknown') },
    )
    expect(await failureOf(refuseClonedCard(world))).toBe(
      'the BSF answers a wrong RES and an unknown IMPI differently',
    )
    const inHeader = withRefusals((refusal, count) =>
      count === 1 ? refusal : { ...refusal, headers: { ...refusal.headers, warning: ['unknown'] } },
    )
    expect(await failureOf(refuseClonedCard(inHeader))).toBe(
      'the BSF answers a wrong RES and an unknown IMPI differently',
    )
  })
})
