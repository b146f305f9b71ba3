import { expect, test } from 'vitest'
import { decodeAvps, encodeAvps } from './avp-codec.ts'
import * as declared from './base-avps.ts'

/** Code and M flag, as the table of RFC 6733 4.5 has them. */
const TABLE: Readonly<Record<string, readonly [code: number, mandatory: boolean]>> = {
  'User-Name': [1, true],
  'Host-IP-Address': [257, true],
  'Auth-Application-Id': [258, true],
  'Acct-Application-Id': [259, true],
  'Vendor-Specific-Application-Id': [260, true],
  'Session-Id': [263, true],
  'Origin-Host': [264, true],
  'Supported-Vendor-Id': [265, true],
  'Vendor-Id': [266, true],
  'Result-Code': [268, true],
  'Product-Name': [269, false],
  'Disconnect-Cause': [273, true],
  'Auth-Session-State': [277, true],
  'Origin-State-Id': [278, true],
  'Failed-AVP': [279, true],
  'Error-Message': [281, false],
  'Destination-Realm': [283, true],
  'Destination-Host': [293, true],
  'Origin-Realm': [296, true],
  'Experimental-Result': [297, true],
  'Inband-Security-Id': [299, true],
}

const avps = Object.values(declared).filter(
  (value): value is typeof declared.VENDOR_ID => typeof value === 'object' && 'code' in value,
)

test('codes and flags are those of RFC 6733 4.5', () => {
  const own = Object.fromEntries(
    avps.map(({ name, code, vendorId, mandatory }) => [name, [code, mandatory, vendorId]]),
  )
  const expected = Object.entries(TABLE).map(([name, row]) => [name, [...row, 0]])
  expect(own).toEqual(Object.fromEntries(expected))
})

test('a group: vendor and application', () => {
  const { type } = declared.VENDOR_SPECIFIC_APPLICATION_ID
  const value = { vendorId: 10_415, authApplicationId: 16_777_221 }
  expect(type.decode(type.encode(value))).toEqual(value)
})

test.each([
  ['before', [13_019, 10_415]],
  ['after', [10_415, 13_019]],
])('another vendor %s 3GPP is passed over, as RFC 3588 6.11 allows several', (_where, vendors) => {
  const { VENDOR_ID, AUTH_APPLICATION_ID, VENDOR_SPECIFIC_APPLICATION_ID } = declared
  const avpOf = ({ code }: { readonly code: number }, value: number) => ({
    code,
    vendorId: 0,
    mandatory: true,
    data: VENDOR_ID.type.encode(value),
  })
  const avps = vendors.map((vendor) => avpOf(VENDOR_ID, vendor))
  const data = encodeAvps([...avps, avpOf(AUTH_APPLICATION_ID, 16_777_221)])
  const read = VENDOR_SPECIFIC_APPLICATION_ID.type.decode(data)
  expect(read).toEqual({ vendorId: 10_415, authApplicationId: 16_777_221 })
  const written = decodeAvps(VENDOR_SPECIFIC_APPLICATION_ID.type.encode(read))
  expect(written).toEqual([avpOf(VENDOR_ID, 10_415), avpOf(AUTH_APPLICATION_ID, 16_777_221)])
})
