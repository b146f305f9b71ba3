import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { NAF_BSF_NAME, NAF_BTID, NAF_FQDN, NAF_IMPI, NAF_KEYS, znSuccess } from './naf.fixture.ts'
import type { PskOffer } from './psk-exchange.ts'
import { formatPskIdentity } from './psk-identity.ts'
import { createPskKeySource, type PskKeySourceOptions } from './psk-key-source.ts'

const ADDRESS = '192.0.2.1'
const IDENTITY = formatPskIdentity({ keyUse: 'ME', btid: NAF_BTID })
const OFFER: PskOffer = { version: '1.3', identities: [IDENTITY] }

function createSource(options: Partial<PskKeySourceOptions> = {}, answer: ZnAnswer = znSuccess()) {
  const asked: ZnRequest[] = []
  const clock = createVirtualClock()
  const bsf = {
    async requestBootstrappingInfo(request: ZnRequest) {
      asked.push(request)
      return answer
    },
  }
  const ports = { zn: new Map([[NAF_BSF_NAME, bsf]]), clock }
  return { asked, clock, lookup: createPskKeySource({ nafFqdns: [NAF_FQDN], ...options }, ports) }
}

describe('an offer', () => {
  test.each([
    ['1.3', '0100000007'],
    ['1.2', '01000100a8'],
  ] as const)('of TLS %s asks for the key of Ua id %s', async (version, uaId) => {
    const { asked, lookup } = createSource()
    const nafId = { nafFqdn: NAF_FQDN, uaId }
    expect(await lookup({ ...OFFER, version }, ADDRESS)).toEqual({
      outcome: 'key',
      identity: IDENTITY,
      key: NAF_KEYS.ME,
      peer: {
        btid: NAF_BTID,
        impi: NAF_IMPI,
        gbaType: 'GBA_U',
        nafFqdn: NAF_FQDN,
        uaId,
        expiresAtMs: znSuccess().keyExpiresAtMs,
      },
    })
    expect(asked).toEqual([{ btid: NAF_BTID, nafId, gsids: [], gbaUAware: true }])
  })

  test('the first identity that is known counts', async () => {
    const { lookup, asked } = createSource()
    const identities = ['ticket', IDENTITY, 'another']
    expect(await lookup({ ...OFFER, identities }, ADDRESS)).toMatchObject({ identity: IDENTITY })
    expect(asked).toHaveLength(1)
  })

  test('only four identities are looked at', async () => {
    const { lookup, asked } = createSource()
    const identities = ['1', '2', '3', '4', IDENTITY]
    expect(await lookup({ ...OFFER, identities }, ADDRESS)).toEqual({ outcome: 'unknown-identity' })
    expect(asked).toEqual([])
  })

  test('without any identity is unknown', async () => {
    const { lookup } = createSource()
    const answer = await lookup({ ...OFFER, identities: [] }, ADDRESS)
    expect(answer).toEqual({ outcome: 'unknown-identity' })
  })

  test('Ks_int_NAF is given where it is accepted, and nowhere else', async () => {
    const identities = [formatPskIdentity({ keyUse: 'UICC', btid: NAF_BTID })]
    const offer = { ...OFFER, identities }
    const accepting = createSource({ keyUses: ['ME', 'UICC'] })
    expect(await accepting.lookup(offer, ADDRESS)).toMatchObject({ key: NAF_KEYS.UICC })
    expect(await createSource().lookup(offer, ADDRESS)).toEqual({ outcome: 'unknown-identity' })
  })
})

describe('the server name', () => {
  const other = parseFqdn('other.example.org')

  test.each([
    ['none', undefined, NAF_FQDN],
    ['one of ours', 'OTHER.example.org', other],
    ['an alias', 'localhost', other],
  ])('%s', async (_name, serverName, nafFqdn) => {
    const options = { nafFqdns: [NAF_FQDN, other], hostAliases: { localhost: other } }
    const { lookup, asked } = createSource(options)
    await lookup({ ...OFFER, ...(serverName !== undefined && { serverName }) }, ADDRESS)
    expect(asked[0]?.nafId.nafFqdn).toBe(nafFqdn)
  })

  test('a foreign one has no key, and asks nobody', async () => {
    const { lookup, asked } = createSource()
    const answer = await lookup({ ...OFFER, serverName: 'evil.example.org' }, ADDRESS)
    expect(answer).toEqual({ outcome: 'unknown-identity' })
    expect(asked).toEqual([])
  })
})

describe('no key', () => {
  const { uiccKeyMaterial: _absent, ...ofGbaMe } = znSuccess()
  const isOver = znSuccess({ keyExpiresAtMs: Date.UTC(2026, 0, 1) })

  test.each([
    ['unknown B-TID', { outcome: 'transaction-identifier-invalid' }, 'unknown-identity'],
    ['key over', isOver, 'unknown-identity'],
    ['NAF not allowed', { outcome: 'not-authorized' }, 'forbidden'],
    ['card without GBA_U', ofGbaMe, 'forbidden'],
    ['BSF gone', { outcome: 'unavailable' }, 'unavailable'],
    ['settings unreadable', znSuccess({ ussList: '<' }), 'unavailable'],
  ] as const)('%s is told apart', async (_name, answer, outcome) => {
    const { lookup } = createSource({ requireGbaU: true }, answer)
    expect(await lookup(OFFER, ADDRESS)).toEqual({ outcome })
  })

  test('one that is over is none again when the wall clock is set back', async () => {
    const { lookup, clock } = createSource()
    const lifeMs = znSuccess().keyExpiresAtMs - clock.nowMs()
    expect(await lookup(OFFER, ADDRESS)).toMatchObject({ outcome: 'key' })
    for (const jumpMs of [lifeMs, -lifeMs]) {
      clock.jumpWall(jumpMs)
      expect(await lookup(OFFER, ADDRESS)).toEqual({ outcome: 'unknown-identity' })
    }
  })

  test('a B-TID of a foreign domain asks nobody', async () => {
    const { lookup, asked } = createSource()
    const identities = [IDENTITY.replace('bsf.', 'foreign.')]
    expect(await lookup({ ...OFFER, identities }, ADDRESS)).toEqual({ outcome: 'unknown-identity' })
    expect(asked).toEqual([])
  })

  test('an address that asks too often is limited', async () => {
    const { lookup } = createSource({ znLimits: { perAddressAMinute: 1 } })
    expect(await lookup(OFFER, ADDRESS)).toMatchObject({ outcome: 'key' })
    const again = await lookup({ ...OFFER, version: '1.2' }, ADDRESS)
    expect(again).toEqual({ outcome: 'unavailable' })
  })
})
