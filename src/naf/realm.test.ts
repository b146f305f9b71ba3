import { describe, expect, test } from 'vitest'
import { parseFqdn } from '../identity/fqdn.ts'
import { formatRealm, formatRealmOffer, parseRealm, parseRealmOffer } from './realm.ts'

const nafFqdn = parseFqdn('naf.example.org')

describe('a realm', () => {
  test.each([
    ['ME', '3GPP-bootstrapping@naf.example.org'],
    ['UICC', '3GPP-bootstrapping-uicc@naf.example.org'],
  ] as const)('of the key in the %s', (keyUse, text) => {
    expect(formatRealm({ keyUse, nafFqdn })).toBe(text)
    expect(parseRealm(text)).toEqual({ keyUse, nafFqdn })
  })

  test('folds the case of the name, not of the prefix', () => {
    expect(parseRealm('3GPP-bootstrapping@NAF.example.org')).toEqual({ keyUse: 'ME', nafFqdn })
    expect(parseRealm('3gpp-bootstrapping@naf.example.org')).toBeUndefined()
  })

  test.each([
    '',
    'naf.example.org',
    '3GPP-bootstrapping@',
    '3GPP-bootstrapping@192.0.2.1',
    '3GPP-bootstrapping@a b',
    '3GPP-bootstrapping-digest@naf.example.org',
    '3GPP-bootstrapping-akma',
    '3GPP-bootstrapping@a.example;3GPP-bootstrapping@b.example',
  ])('%j is none', (text) => {
    expect(parseRealm(text)).toBeUndefined()
  })
})

describe('an offer', () => {
  test('of both forms is one value', () => {
    const offer = formatRealmOffer(['UICC', 'ME'], nafFqdn)
    expect(offer).toBe('3GPP-bootstrapping-uicc@naf.example.org;3GPP-bootstrapping@naf.example.org')
    expect(parseRealmOffer(offer)).toEqual([
      { keyUse: 'UICC', nafFqdn },
      { keyUse: 'ME', nafFqdn },
    ])
  })

  test('is read past forms that are not known here, and white space', () => {
    const offer = '3GPP-bootstrapping-digest@naf.example.org; 3GPP-bootstrapping@naf.example.org'
    expect(parseRealmOffer(offer)).toEqual([{ keyUse: 'ME', nafFqdn }])
    expect(parseRealmOffer('Basic realm')).toEqual([])
  })
})
