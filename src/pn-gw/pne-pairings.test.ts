import { beforeEach, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { PnePairings } from './pne-pairings.ts'

const WATCH = parseEntityId('urn:x:watch')
const ALICE = parseUserId('alice')
const OK = { status: 200, detail: 'paired' } as const

let clock: VirtualClock
let pairings: PnePairings

beforeEach(() => {
  clock = createVirtualClock()
  pairings = new PnePairings({ clock, random: createSeededRandom('pairings') })
})

test('the code opens it, once', async () => {
  const { code, done } = pairings.open({ pne: WATCH, userId: ALICE })
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  const claimed = pairings.claim(WATCH, code)
  expect(claimed).toMatchObject({ userId: 'alice', isCodeRight: true })
  expect(pairings.claim(WATCH, code)).toBeUndefined()
  claimed?.end(OK)
  expect(await done).toEqual(OK)
})

test('the hyphen may be left out', () => {
  const { code } = pairings.open({ pne: WATCH, userId: ALICE })
  expect(pairings.claim(WATCH, code.replace('-', ''))?.isCodeRight).toBe(true)
})

test('a wrong code ends it too, so that no second one can be tried', () => {
  const { code } = pairings.open({ pne: WATCH, userId: ALICE })
  expect(pairings.claim(WATCH, code.toLowerCase())?.isCodeRight).toBe(code === code.toLowerCase())
  expect(pairings.claim(WATCH, code)).toBeUndefined()
})

test('it is for one PNE', () => {
  const { code } = pairings.open({ pne: WATCH, userId: ALICE })
  expect(pairings.claim(parseEntityId('urn:x:car'), code)).toBeUndefined()
  expect(pairings.claim(WATCH, code)?.isCodeRight).toBe(true)
})

test('it is open for ten minutes', async () => {
  const { code, done } = pairings.open({ pne: WATCH, userId: ALICE })
  await clock.advance(600_000)
  expect(await done).toMatchObject({ status: 408 })
  expect(pairings.claim(WATCH, code)).toBeUndefined()
})

test('another one of the same PNE takes its place, and the code is another', async () => {
  const first = pairings.open({ pne: WATCH, userId: ALICE })
  const second = pairings.open({ pne: WATCH, userId: ALICE })
  expect(await first.done).toMatchObject({ status: 409 })
  expect(first.code).not.toBe(second.code)
  expect(pairings.claim(WATCH, second.code)?.isCodeRight).toBe(true)
})

test('over 16 the oldest gives way', async () => {
  const open = Array.from({ length: 17 }, (_, n) =>
    pairings.open({ pne: parseEntityId(`urn:x:${n}`), userId: ALICE }),
  )
  expect(await open[0]?.done).toMatchObject({ status: 409 })
  expect(pairings.claim(parseEntityId('urn:x:1'), open[1]?.code ?? '')?.isCodeRight).toBe(true)
})

test('all end with the PN GW', async () => {
  const { done } = pairings.open({ pne: WATCH, userId: ALICE })
  pairings.endAll({ status: 503, detail: 'stops' })
  expect(await done).toEqual({ status: 503, detail: 'stops' })
})
