/** HSS, BSF and a UE with the software card over real HTTP: the keys of both sides must be one. */
import { afterEach, describe, expect, test } from 'vitest'
import { findInteropTool } from '../../../test/support/interop-tool.ts'
import type { GbaCard } from '../../gba/gba-card.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import type { BootstrapOutcome } from '../../gba/ub-client.ts'
import type { Subscriber } from '../../hss/hss-store.ts'
import { parseFqdn } from '../../identity/fqdn.ts'
import { parseImpi } from '../../identity/impi.ts'
import { UA_ID_CPNS } from '../../identity/naf-id.ts'
import { startUbNetwork, type UbNetwork, usim } from './ub-network.fixture.ts'

const NAF_ID = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

/** The same card as one without GBA would look to its terminal. */
const withoutGbaU = (card: GbaCard): GbaCard => ({ ...card, supportsGbaU: false })

async function network(subscriber: Partial<Subscriber> = {}): Promise<UbNetwork> {
  const world = await startUbNetwork({ subscriber })
  cleanUps.push(() => world.close())
  return world
}

async function bothKeys(world: UbNetwork, outcome: BootstrapOutcome) {
  if (outcome.outcome !== 'success') throw new Error(outcome.outcome)
  const request = { btid: outcome.btid, nafId: NAF_ID, gsids: [], gbaUAware: true }
  const answer = await world.zn.requestBootstrappingInfo(request)
  if (answer.outcome !== 'success') throw new Error(answer.outcome)
  return { ours: await outcome.deriveKsNaf(NAF_ID), theirs: answer, outcome }
}

describe('a whole bootstrapping run', () => {
  test('GBA_U: card and NAF have one Ks_ext_NAF, and the same expiry', async () => {
    const world = await network()
    const { ours, theirs, outcome } = await bothKeys(world, await world.run(await usim()))
    expect(outcome.gbaType).toBe('GBA_U')
    expect(ours?.equals(theirs.meKeyMaterial)).toBe(true)
    expect(theirs.uiccKeyMaterial).toBeDefined()
    expect(theirs.impi).toBe(outcome.impi)
    expect(theirs.keyExpiresAtMs).toBe(outcome.expiresAtMs)
    expect(theirs.keyExpiresAtMs - theirs.bootstrappedAtMs).toBe(3_600_000)
  })

  test('GBA_ME: phone and NAF have one Ks_NAF', async () => {
    const world = await network({ guss: '<guss/>' })
    const card = withoutGbaU(await usim())
    const { ours, theirs, outcome } = await bothKeys(world, await world.run(card))
    expect(outcome.gbaType).toBe('GBA_ME')
    expect(ours?.equals(theirs.meKeyMaterial)).toBe(true)
    expect(theirs.uiccKeyMaterial).toBeUndefined()
  })

  test('a card that is ahead is resynchronised once, and then goes on', async () => {
    const world = await network()
    const card = await usim()
    // A network that the HSS does not know of has been ahead of it.
    const other = await network()
    for (let n = 0; n < 40; n++) await bothKeys(other, await other.run(card))
    const { ours, theirs } = await bothKeys(world, await world.run(card))
    expect(ours?.equals(theirs.meKeyMaterial)).toBe(true)
    const auts = world.items.filter((item) => item.kind === 'message' && 'AUTS' in item.fields)
    expect(auts).toHaveLength(2)
    await bothKeys(world, await world.run(card))
    expect(world.store.btids).toHaveLength(2)
  })

  test('a GBA challenge in 3G context, and a plain one in GBA context, are a wrong MAC', async () => {
    const gbaU = await network()
    expect((await gbaU.run(withoutGbaU(await usim()))).outcome).toBe('mac-failure')
    const gbaMe = await network({ guss: '<guss/>' })
    expect((await gbaMe.run(await usim())).outcome).toBe('mac-failure')
    expect([...gbaU.store.btids, ...gbaMe.store.btids]).toEqual([])
  })

  test('a card with another K, and a subscriber that is not there', async () => {
    const world = await network()
    const authentication = { algorithm: 'milenage', k: '00'.repeat(16), opc: '00'.repeat(16) }
    const clone = await usim({ authentication })
    expect((await world.run(clone)).outcome).toBe('mac-failure')
    const stranger = { ...(await usim()), impi: parseImpi('x@ims.example') }
    expect(await world.run(stranger)).toEqual({ outcome: 'refused', status: 403 })
  })

  test('a card of another network does not bootstrap here', async () => {
    const world = await network()
    const card = { ...(await usim()), bsfName: parseFqdn('bsf.other.org') }
    // This BSF refuses the foreign realm before the UE could.
    expect(await world.run(card)).toEqual({
      outcome: 'refused',
      status: 400,
      reason: 'realm: not the name of this BSF',
    })
  })

  test('runs side by side do not disturb each other', async () => {
    const world = await network()
    const cards = await Promise.all(Array.from({ length: 20 }, () => usim()))
    const outcomes = await Promise.all(cards.map((card) => world.run(card)))
    for (const outcome of outcomes) {
      const { ours, theirs } = await bothKeys(world, outcome)
      expect(ours?.equals(theirs.meKeyMaterial)).toBe(true)
    }
    expect(new Set(world.store.btids).size).toBe(20)
  })
})

const curl = findInteropTool('curl', 'curl')

test.skipIf(curl === undefined)('message 1 from curl gets a challenge', async () => {
  const world = await network()
  const credentials = `username="${WORKED.impi}", realm="${WORKED.bsfName}"`
  const authorization = `Authorization: Digest ${credentials}, nonce="", uri="/", response=""`
  const { stdout } = await curl!.run(['-s', '-i', '-H', authorization, `${world.baseUrl}/`])
  expect(stdout).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/)
  expect(stdout).toContain('Server: cpns-bsf; Release-6; 3gpp-gba-tmpi\r\n')
  const header = new RegExp(
    `WWW-Authenticate: Digest realm="${WORKED.bsfName}", nonce="[A-Za-z0-9+/]{43}=", ` +
      'algorithm=AKAv1-MD5, qop="auth-int", opaque="[A-Za-z0-9+/=]+"\r\n',
  )
  expect(stdout).toMatch(header)
})
