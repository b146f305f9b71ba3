import { expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { parseImpi } from '../identity/impi.ts'
import { parseImsi } from '../identity/imsi.ts'
import { formatCardProfile, parseCardProfile } from './card-profile.ts'
import { newCardProfile } from './new-card-profile.ts'
import { testProfile } from './uicc.fixture.ts'

const { credentials } = testProfile()
const imsi = parseImsi('26201123456789')
const random = createSeededRandom('new card')

test('a USIM alone, its PIN off, all its codes fresh', () => {
  const profile = newCardProfile({ imsi, mncLength: 2, credentials }, random)
  expect(profile.iccid).toBe('8900262011234567890')
  expect(profile.applications.map(({ application }) => application)).toEqual(['USIM'])
  expect([profile.pins.pin.enabled, profile.pins.pin2.enabled]).toEqual([false, true])
  const other = newCardProfile({ imsi, mncLength: 2, credentials }, random)
  expect(other.pins.pin.puk).not.toBe(profile.pins.pin.puk)
  expect(other.pins.adm1.equals(profile.pins.adm1)).toBe(false)
})

test('an IMPI brings an ISIM', () => {
  const impi = parseImpi('alice@home.example')
  const { applications } = newCardProfile({ imsi, mncLength: 2, credentials, impi }, random)
  expect(applications[1]).toMatchObject({
    application: 'ISIM',
    impi: 'alice@home.example',
    impus: ['sip:alice@home.example'],
    domain: 'home.example',
    gba: true,
  })
})

test('what is made can be written and read', () => {
  const impi = parseImpi('alice@home.example')
  const profile = newCardProfile({ imsi, mncLength: 3, credentials, impi }, random)
  expect(parseCardProfile(formatCardProfile(profile))).toEqual(profile)
})
