import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { NAF_BTID as btid } from './naf.fixture.ts'
import { formatPskHint, formatPskIdentity, hintLists, parsePskIdentity } from './psk-identity.ts'

describe('PSK identity', () => {
  test.each(['ME', 'UICC'] as const)('of a key for the %s comes back', (keyUse) => {
    expect(parsePskIdentity(formatPskIdentity({ keyUse, btid }))).toEqual({ keyUse, btid })
  })

  test('is written with ";", and read with ".", ";" or nothing between', () => {
    expect(formatPskIdentity({ keyUse: 'ME', btid })).toBe(`3GPP-bootstrapping;${btid}`)
    for (const separator of [';', '.', '']) {
      const read = parsePskIdentity(`3GPP-bootstrapping${separator}${btid}`)
      expect(read).toEqual({ keyUse: 'ME', btid })
    }
  })

  test.each([
    ['nothing', ''],
    ['a B-TID alone', btid],
    ['another prefix', `3GPP-bootstrapping-digest;${btid}`],
    ['two separators', `3GPP-bootstrapping;;${btid}`],
    ['no B-TID', '3GPP-bootstrapping;'],
    ['half a B-TID', `3GPP-bootstrapping;${btid.slice(4)}`],
    ['lower case', `3gpp-bootstrapping;${btid}`],
  ])('%s is refused', (_name, text) => {
    expect(() => parsePskIdentity(text)).toThrow(InvalidMessage)
  })
})

describe('identity hint', () => {
  test('lists the kinds of key in their order', () => {
    const hint = formatPskHint(['UICC', 'ME'])
    expect(hint).toBe('3GPP-bootstrapping-uicc;3GPP-bootstrapping')
    expect(hintLists(hint, 'ME')).toBe(true)
    expect(hintLists(formatPskHint(['UICC']), 'ME')).toBe(false)
    expect(hintLists(formatPskHint(['ME']), 'UICC')).toBe(false)
  })
})
