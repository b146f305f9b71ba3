import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { hideMessageSecrets } from './hide-secrets.ts'
import { anyMessage } from './messages.fixture.ts'
import { decodeMessage, encodeMessage } from './messages.ts'

const SECRETS = /\b(?:HASH|IV|TriggerKey|Proof|Code)="([^"]*)"/g

test('every message stays a message of the same length, and shows no secret', () => {
  const check = fc.property(anyMessage, (message) => {
    const octets = encodeMessage(message)
    const hidden = hideMessageSecrets(octets)
    expect(hidden).toHaveLength(octets.length)
    expect(decodeMessage(hidden).name).toBe(message.name)
    for (const [, value] of fromUtf8(hidden).matchAll(SECRETS)) expect(value).toMatch(/^A+=*$/)
  })
  fc.assert(check, { numRuns: 200, seed: 6 })
})

test.each([
  [`<a State='abc='/>`, `<a State='AAA='/>`],
  ['<a State="admitted"/>', '<a State="admitted"/>'],
  [
    '<x:EncryptedEUKey IV="qq==">q0q0</x:EncryptedEUKey>',
    '<x:EncryptedEUKey IV="AA==">AAAA</x:EncryptedEUKey>',
  ],
  ['<EncryptedPassword>q0==</EncryptedPassword>', '<EncryptedPassword>AA==</EncryptedPassword>'],
  [
    '<EncryptedEUKey KeyID="a>b"><![CDATA[q0q0]]><!-- q0 -->q0</EncryptedEUKey>',
    '<EncryptedEUKey KeyID="a>b"><![CDATA[AAAA]]><!-- AA -->AA</EncryptedEUKey>',
  ],
  ['<b><EncryptedEUKey/><c>d</c></b>', '<b><EncryptedEUKey/><c>d</c></b>'],
  ['<a RAND="abc"/>', '<a RAND="abc"/>'],
])('%s', (sent, hidden) => {
  expect(fromUtf8(hideMessageSecrets(utf8(sent)))).toBe(hidden)
})

test('what is no text may hold anything, so nothing of it is left', () => {
  expect(hideMessageSecrets(Uint8Array.of(0xff, 0x41))).toEqual(new Uint8Array(2))
})
