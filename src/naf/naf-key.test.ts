import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { formatUssList, type KeyChoice } from '../gba/guss.ts'
import { NAF_FQDN, NAF_KEYS, znSuccess } from './naf.fixture.ts'
import { nafKeyOf } from './naf-key.ts'
import { type NafOptions, nafSettingsOf } from './options.ts'

const clock = createVirtualClock()
const settled = (options: Partial<NafOptions> = {}) => ({
  settings: nafSettingsOf({ nafFqdns: [NAF_FQDN], ...options }),
  clock,
})
const withChoice = (keyChoice: KeyChoice) =>
  znSuccess({ ussList: formatUssList([{ gsid: 1, type: 0, uids: [], flags: [], keyChoice }]) })
const { uiccKeyMaterial: _, ...GBA_ME } = znSuccess()

describe('the key', () => {
  test.each(['ME', 'UICC'] as const)('of the %s', (keyUse) => {
    const found = nafKeyOf(znSuccess(), keyUse, settled())
    expect(found).toMatchObject({ outcome: 'key', gbaType: 'GBA_U' })
    expect(found.outcome === 'key' && found.key.equals(NAF_KEYS[keyUse])).toBe(true)
  })

  test('of a card without GBA_U, unless one is demanded', () => {
    expect(nafKeyOf(GBA_ME, 'ME', settled())).toMatchObject({ outcome: 'key', gbaType: 'GBA_ME' })
    const demanded = settled({ requireGbaU: true })
    expect(nafKeyOf(GBA_ME, 'ME', demanded)).toMatchObject({ status: 403 })
    expect(nafKeyOf(GBA_ME, 'UICC', settled())).toMatchObject({ status: 403 })
    expect(nafKeyOf(znSuccess(), 'ME', demanded)).toMatchObject({ outcome: 'key' })
  })

  test('is gone at the very moment of its expiry', () => {
    const keyExpiresAtMs = clock.nowMs()
    expect(nafKeyOf(znSuccess({ keyExpiresAtMs }), 'ME', settled()).outcome).toBe('challenged')
    const later = znSuccess({ keyExpiresAtMs: keyExpiresAtMs + 1 })
    expect(nafKeyOf(later, 'ME', settled()).outcome).toBe('key')
  })
})

describe('a key choice', () => {
  test('of the UICC only raises: the UICC form alone is offered', () => {
    const both = settled({ keyUses: ['ME', 'UICC'] })
    const answer = withChoice('UICC_BASED_KEY')
    expect(nafKeyOf(answer, 'ME', both)).toMatchObject({ keyUses: ['UICC'] })
    expect(nafKeyOf(answer, 'UICC', both).outcome).toBe('key')
    expect(nafKeyOf(answer, 'ME', settled())).toMatchObject({ status: 403 })
  })

  test.each(['ME_BASED_KEY', 'ME_UICC_BASED_KEYS'] as const)('%s lowers nothing', (choice) => {
    expect(nafKeyOf(withChoice(choice), 'UICC', settled()).outcome).toBe('key')
    expect(nafKeyOf(withChoice(choice), 'ME', settled()).outcome).toBe('key')
  })

  test('that cannot be read is nobody’s fault but the operator’s', () => {
    const answer = znSuccess({ ussList: '<ussList><uss/></ussList>' })
    expect(nafKeyOf(answer, 'ME', settled())).toMatchObject({ status: 503, retryAfterSeconds: 5 })
  })
})

test.each([
  [{ outcome: 'transaction-identifier-invalid' }, { outcome: 'challenged' }],
  [{ outcome: 'not-authorized' }, { status: 403 }],
  [
    { outcome: 'limited', retryAfterSeconds: 9 },
    { status: 429, retryAfterSeconds: 9 },
  ],
  [{ outcome: 'unavailable' }, { status: 503 }],
] as const)('%j', (answer, refusal) => {
  expect(nafKeyOf(answer, 'ME', settled())).toMatchObject(refusal)
})
