import { expect, test } from 'vitest'
import { parseBtid } from '../identity/btid.ts'
import { UA_ID_HTTP_DIGEST } from '../identity/naf-id.ts'
import { toHex } from '../octets/octets.ts'
import { keysInCard, keysInUe } from './bootstrapped-keys.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { createScriptedCard } from './scripted-card.fixture.ts'

const NAF_ID = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_HTTP_DIGEST }
const BTID = parseBtid(WORKED.btid)
const KEY = 'dd0f7f3e34c3f508794fa1622f42c2e345075d69231f9d5188a48a6eee81d70f'

test('GBA facts 14: Ks_NAF where the UE has Ks', async () => {
  const keys = keysInUe(WORKED, WORKED, WORKED)
  expect(keys.gbaType).toBe('GBA_ME')
  expect(toHex((await keys.deriveKsNaf(NAF_ID))!.reveal())).toBe(KEY)
})

test('GBA facts 14: Ks_ext_NAF from a card, as long as it holds that session', async () => {
  const card = createScriptedCard([])
  const keys = keysInCard(card, BTID)
  expect(keys.gbaType).toBe('GBA_U')
  expect(await keys.deriveKsNaf(NAF_ID)).toBeUndefined()
  card.held = { rand: WORKED.rand, btid: BTID, keyLifetime: '' }
  expect(toHex((await keys.deriveKsNaf(NAF_ID))!.reveal())).toBe(KEY)
})
