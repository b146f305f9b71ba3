import { beforeEach, expect, test } from 'vitest'
import { parseBtid } from '../identity/btid.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { readHeldKeys } from './held-keys.ts'
import { createScriptedCard, type ScriptedCard } from './scripted-card.fixture.ts'

const BTID = parseBtid(WORKED.btid)

let card: ScriptedCard
beforeEach(() => {
  card = createScriptedCard([])
  card.held = { rand: WORKED.rand, btid: BTID, keyLifetime: '2026-11-24T10:00:00Z' }
})

test('a session with its B-TID and its end', async () => {
  expect(await readHeldKeys(card, WORKED.bsfName)).toMatchObject({
    btid: WORKED.btid,
    impi: WORKED.impi,
    expiresAtMs: Date.UTC(2026, 10, 24, 10),
    gbaType: 'GBA_U',
  })
})

test('of another BSF is none', async () => {
  expect(await readHeldKeys(card, parseFqdn('bsf.elsewhere.example'))).toBeUndefined()
})

test('without a readable end is none', async () => {
  card.held = { rand: WORKED.rand, btid: BTID, keyLifetime: 'tomorrow' }
  expect(await readHeldKeys(card, WORKED.bsfName)).toBeUndefined()
})

test('an empty file is none, and so is a card without GBA_U', async () => {
  card.held = undefined
  expect(await readHeldKeys(card, WORKED.bsfName)).toBeUndefined()
  const other = createScriptedCard([], { supportsGbaU: false })
  other.held = { rand: WORKED.rand, btid: BTID, keyLifetime: '2026-11-24T10:00:00Z' }
  expect(await readHeldKeys(other, WORKED.bsfName)).toBeUndefined()
})
