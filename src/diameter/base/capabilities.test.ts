import { describe, expect, test } from 'vitest'
import { APPLICATION_RELAY } from './base-avps.ts'
import { describeCapabilities, isSameIdentity, negotiate } from './capabilities.ts'
import { failureOf, HSS_NODE, node } from './diameter.fixture.ts'

const ZH = 16_777_221
const ZN = 16_777_220
const theirs = describeCapabilities(HSS_NODE)

test('applications of 3GPP stand in their vendor', () => {
  const { vendorSpecificApplicationIds, supportedVendorIds } = describeCapabilities(
    node({ applicationIds: [ZH, ZN] }),
  )
  expect(supportedVendorIds).toEqual([10_415])
  expect(vendorSpecificApplicationIds).toEqual([
    { vendorId: 10_415, authApplicationId: ZH },
    { vendorId: 10_415, authApplicationId: ZN },
  ])
})

describe('what both speak', () => {
  test('named in a group, or bare', () => {
    const bare = { ...theirs, vendorSpecificApplicationIds: [], authApplicationIds: [ZN, ZH] }
    for (const capabilities of [theirs, bare]) {
      expect(negotiate(node(), capabilities)).toEqual({
        originHost: 'hss.home.example',
        originRealm: 'home.example',
        productName: 'cpns',
        applicationIds: [ZH],
      })
    }
  })

  test('a relay agent speaks all of ours', () => {
    const none = { ...theirs, vendorSpecificApplicationIds: [] }
    const own = node({ applicationIds: [ZH, ZN] })
    const ids = [APPLICATION_RELAY]
    for (const said of [{ authApplicationIds: ids }, { acctApplicationIds: ids }]) {
      expect(negotiate(own, { ...none, ...said }).applicationIds).toEqual([ZH, ZN])
    }
  })

  test('nothing: 5010', () => {
    const other = describeCapabilities(node({ applicationIds: [16_777_251] }))
    expect(failureOf(() => negotiate(node(), other)).resultCode).toBe(5010)
    const acct = {
      ...theirs,
      vendorSpecificApplicationIds: [{ vendorId: 10_415, acctApplicationId: ZH }],
    }
    expect(failureOf(() => negotiate(node(), acct)).resultCode).toBe(5010)
  })
})

test('security inside the connection: only none of it', () => {
  expect(negotiate(node(), { ...theirs, inbandSecurityIds: [1, 0] }).applicationIds).toEqual([ZH])
  const tls = { ...theirs, inbandSecurityIds: [1] }
  expect(failureOf(() => negotiate(node(), tls)).resultCode).toBe(5017)
})

test('names are compared without case', () => {
  expect(isSameIdentity('HSS.home.example', 'hss.HOME.example')).toBe(true)
  expect(isSameIdentity('hss.home.example', 'hss.home.example.')).toBe(false)
})
