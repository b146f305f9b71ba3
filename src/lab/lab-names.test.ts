import { expect, test } from 'vitest'
import { encodeNafId } from '../identity/naf-id.ts'
import { toHex } from '../octets/octets.ts'
import {
  BSF_NAME,
  ENTITIES,
  IMPI,
  NAF_ID,
  NAF_ORIGIN_HOST,
  nameOf,
  OTHER_IMPI,
  pneEntityId,
} from './lab-names.ts'

test('names follow from the IMSI as TS 23.003 13.3 and 16.2 say', () => {
  expect(IMPI).toBe('001010123456789@ims.mnc001.mcc001.3gppnetwork.org')
  expect(OTHER_IMPI).not.toBe(IMPI)
  expect(BSF_NAME).toBe('bsf.mnc001.mcc001.pub.3gppnetwork.org')
})

test('NAF_Id ends in the Ua id of CPNS, and Zn knows the NAF by the same name (Design 4)', () => {
  expect(toHex(encodeNafId(NAF_ID))).toMatch(/ff43504e53$/)
  expect(NAF_ORIGIN_HOST).toBe(NAF_ID.nafFqdn)
})

test('every entity has an EntityID of its own and a name', () => {
  const ids = Object.values(ENTITIES)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.map(nameOf)).toEqual(['CPNS Server', 'PN GW', 'PNE watch', 'PNE car', 'PN GW home'])
  expect(nameOf('BSF')).toBe('BSF')
  expect(pneEntityId('car')).toBe(ENTITIES.car)
})
