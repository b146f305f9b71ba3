import { describe, expect, test } from 'vitest'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { parseUssList } from '../gba/guss.ts'
import { deriveKsExtNaf, deriveKsIntNaf, ksOf } from '../gba/ks-naf.ts'
import type { ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { encodeNafId, UA_ID_CPNS, UA_ID_HTTP_DIGEST } from '../identity/naf-id.ts'
import { toHex } from '../octets/octets.ts'
import type { BootstrappingSession } from './bsf-store.ts'
import { createBsfWorld, GBA_U_GUSS, NOW_MS } from './bsf-world.fixture.ts'
import type { ZnPeer } from './zn-service.ts'

const NAF_ID = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }
const KEYS = { rand: WORKED.rand, impi: WORKED.impi, nafId: encodeNafId(NAF_ID) }
const NAF = { originHost: 'naf.example.org' }
const NAF_A = { originHost: 'naf-a.example.org' }
const SESSION: BootstrappingSession = {
  btid: parseBtid(WORKED.btid),
  impi: WORKED.impi,
  rand: WORKED.rand,
  ks: ksOf(WORKED),
  gbaType: 'GBA_U',
  createdAtMs: NOW_MS - 3_600_000,
  expiresAtMs: NOW_MS + 3_600_000,
  guss: GBA_U_GUSS,
}
const REQUEST: ZnRequest = { btid: SESSION.btid, nafId: NAF_ID, gsids: [], gbaUAware: true }

type Success = Extract<ZnAnswer, { outcome: 'success' }>

async function worldWith(session: Partial<BootstrappingSession> = {}) {
  const world = await createBsfWorld()
  const stored = { ...SESSION, ...session }
  await world.store.completeBootstrapping(stored, { rand: stored.rand, forgetAfterMs: NOW_MS })
  const ask = (naf: ZnPeer, request: Partial<ZnRequest> = {}) =>
    world.bsf.bootstrappingInfo(naf, { ...REQUEST, ...request })
  return { ...world, ask }
}

describe('keys on Zn, TS 33.220 4.5.3', () => {
  test('GBA_U and an aware NAF: both keys, for the NAF_Id asked for', async () => {
    const { ask } = await worldWith()
    const answer = (await ask(NAF)) as Success
    expect(answer).toMatchObject({
      outcome: 'success',
      impi: WORKED.impi,
      keyExpiresAtMs: SESSION.expiresAtMs,
      bootstrappedAtMs: SESSION.createdAtMs,
    })
    expect(toHex(answer.meKeyMaterial.reveal())).toBe(
      'f568a61c01d3a657e4a7affa881428d8edf3b085fbd69cbf14e74dc4c24ed10e',
    )
    expect(answer.uiccKeyMaterial?.equals(deriveKsIntNaf(SESSION.ks, KEYS))).toBe(true)
    expect(answer.ussList).toBeUndefined()
  })

  test('another Ua protocol, another FQDN: another key', async () => {
    const { ask } = await worldWith()
    const digest = (await ask(NAF, {
      nafId: { ...NAF_ID, uaId: UA_ID_HTTP_DIGEST },
    })) as Success
    expect(toHex(digest.meKeyMaterial.reveal())).toBe(
      'dd0f7f3e34c3f508794fa1622f42c2e345075d69231f9d5188a48a6eee81d70f',
    )
    const other = (await ask(NAF, {
      nafId: { ...NAF_ID, nafFqdn: parseFqdn('other.example.org') },
    })) as Success
    expect(other.meKeyMaterial.equals(deriveKsExtNaf(SESSION.ks, KEYS))).toBe(false)
  })

  test.each<[string, Partial<BootstrappingSession>, boolean]>([
    ['a NAF that is not aware', {}, false],
    ['a GBA_ME session', { gbaType: 'GBA_ME' }, true],
    ['a GBA_ME session and an unaware NAF', { gbaType: 'GBA_ME' }, false],
  ])('%s gets no UICC key material', async (_, session, gbaUAware) => {
    const { ask } = await worldWith(session)
    const answer = (await ask(NAF, { gbaUAware })) as Success
    expect(answer.meKeyMaterial.equals(deriveKsExtNaf(SESSION.ks, KEYS))).toBe(true)
    expect('uiccKeyMaterial' in answer).toBe(false)
  })
})

describe('who may ask for what, GBA facts 9', () => {
  test.each([
    ['an unknown NAF', { originHost: 'evil.example.org' }, WORKED.nafFqdn],
    ['a foreign FQDN', NAF, parseFqdn('bank.example.org')],
    ['an FQDN of another NAF', NAF_A, parseFqdn('other.example.org')],
  ])('%s is not authorized, whether the B-TID is known or not', async (_, naf, nafFqdn) => {
    const { ask, logged } = await worldWith()
    const refused = { outcome: 'not-authorized' }
    const nafId = { ...NAF_ID, nafFqdn }
    expect(await ask(naf, { nafId })).toEqual(refused)
    const btid = parseBtid(`AAAAAAAAAAAAAAAAAAAAAA==@${WORKED.bsfName}`)
    expect(await ask(naf, { nafId, btid })).toEqual(refused)
    expect(logged).toMatchObject([{ event: 'naf-refused' }, { event: 'naf-refused' }])
  })

  test('Origin-Host is compared without case', async () => {
    const { ask } = await worldWith()
    expect((await ask({ originHost: 'NAF.example.ORG' })).outcome).toBe('success')
  })

  test('an unknown or expired B-TID', async () => {
    const invalid = { outcome: 'transaction-identifier-invalid' }
    const { ask, clock } = await worldWith()
    for (const btid of [
      `AAAAAAAAAAAAAAAAAAAAAA==@${WORKED.bsfName}`,
      WORKED.btid.replace(WORKED.bsfName, 'bsf.other.org'),
    ]) {
      expect(await ask(NAF, { btid: parseBtid(btid) })).toEqual(invalid)
    }
    await clock.advance(3_599_999)
    expect((await ask(NAF)).outcome).toBe('success')
    await clock.advance(1)
    expect(await ask(NAF)).toEqual(invalid)
  })

  test('a store that fails', async () => {
    const { ask, store, logged } = await worldWith()
    store.broken = true
    expect(await ask(NAF)).toEqual({ outcome: 'unavailable' })
    expect(logged).toMatchObject([{ event: 'zn-request-failed', fields: { code: 'store-failed' } }])
  })

  test('a stored GUSS that cannot be read', async () => {
    const { ask, logged } = await worldWith({ guss: '<guss' })
    expect(await ask(NAF, { gsids: [1] })).toEqual({ outcome: 'unavailable' })
    expect(logged).toMatchObject([{ event: 'zn-request-failed', fields: { code: 'internal' } }])
  })
})

describe('a NAF of several names', () => {
  const STRANGER = 'stranger.example.org'

  test('is who any of them says, and nobody else', async () => {
    const { ask, logged } = await worldWith()
    const known = { originHost: STRANGER, otherNames: ['x.example.org', 'NAF.example.org'] }
    expect((await ask(known)).outcome).toBe('success')
    expect(logged).toEqual([])
    const unknown = { originHost: STRANGER, otherNames: ['x.example.org'] }
    expect(await ask(unknown)).toEqual({ outcome: 'not-authorized' })
    expect(logged).toMatchObject([
      { event: 'naf-refused', fields: { naf: `${STRANGER} x.example.org` } },
    ])
  })

  test('has no name that lends another one its FQDN, its group or its freedom from a USS', async () => {
    const { ask } = await worldWith()
    const both = { originHost: NAF_A.originHost, otherNames: [NAF.originHost] }
    // NAF_A is of the group, but needs a USS; the other one needs none, and is of no group.
    expect(gsidsOf(await ask(both, { gsids: [7] }))).toEqual([])
    expect((await ask(both, { gsids: [7] })).outcome).toBe('success')
    expect(gsidsOf(await ask(both, { gsids: [1_000_002] }))).toEqual([1_000_002])
    const inverse = { originHost: NAF.originHost, otherNames: [NAF_A.originHost] }
    expect(gsidsOf(await ask(inverse, { gsids: [1_000_002] }))).toEqual([])
    const nafId = { ...NAF_ID, nafFqdn: parseFqdn('other.example.org') }
    const refused = { outcome: 'not-authorized' }
    const lent = { originHost: STRANGER, otherNames: [NAF_A.originHost] }
    expect(await ask(lent, { nafId })).toEqual(refused)
  })
})

const gsidsOf = (answer: ZnAnswer) =>
  parseUssList((answer as Success).ussList ?? '<ussList/>').map(({ gsid }) => gsid)

describe('user security settings', () => {
  test('only those asked for, and those of a group only for NAFs of that group', async () => {
    const { ask } = await worldWith()
    const both = [1_000_001, 1_000_002]
    expect(gsidsOf(await ask(NAF, { gsids: both }))).toEqual([1_000_001])
    expect(gsidsOf(await ask(NAF_A, { gsids: both }))).toEqual(both)
    expect(gsidsOf(await ask(NAF_A, { gsids: [1_000_002] }))).toEqual([1_000_002])
    expect(gsidsOf(await ask(NAF, { gsids: [7] }))).toEqual([])
  })

  test('what is not known here goes to the NAF all the same', async () => {
    const { bsf, store } = await createBsfWorld()
    const extension = '<extension><x:own xmlns:x="urn:x" x:a="1">1</x:own></extension>'
    const guss = `<g:guss xmlns:g="urn:g"><g:ussList><g:uss id="1000001" type="0">${extension}</g:uss></g:ussList></g:guss>`
    const used = { rand: SESSION.rand, forgetAfterMs: NOW_MS }
    await store.completeBootstrapping({ ...SESSION, guss }, used)
    expect(await bsf.bootstrappingInfo(NAF, { ...REQUEST, gsids: [1_000_001] })).toMatchObject({
      ussList:
        '<ussList><uss id="1000001" type="0"><extension>' +
        '<own xmlns="urn:x" xmlns:a1="urn:x" a1:a="1">1</own></extension></uss></ussList>',
    })
  })

  test('where policy demands one, a subscriber without is refused', async () => {
    const { ask } = await worldWith()
    const refused = { outcome: 'not-authorized' }
    expect(await ask(NAF_A, { gsids: [] })).toEqual(refused)
    expect(await ask(NAF_A, { gsids: [7] })).toEqual(refused)
    const { guss: _, ...without } = SESSION
    const other = await createBsfWorld()
    await other.store.completeBootstrapping(without, { rand: without.rand, forgetAfterMs: NOW_MS })
    const asked = { ...REQUEST, gsids: [1_000_001] }
    expect(await other.bsf.bootstrappingInfo(NAF_A, asked)).toEqual(refused)
    expect((await other.bsf.bootstrappingInfo(NAF, asked)).outcome).toBe('success')
  })
})
