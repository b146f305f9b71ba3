import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseNafRule } from './naf-rule.ts'

test('a NAF, its FQDNs, its group, and whether it needs a USS', () => {
  expect(parseNafRule('naf.example.org=a.example.org,b.example.org;group=A;uss')).toEqual({
    originHost: 'naf.example.org',
    fqdns: ['a.example.org', 'b.example.org'],
    nafGroup: 'A',
    ussRequired: true,
  })
  expect(parseNafRule('naf.example.org=a.example.org')).toEqual({
    originHost: 'naf.example.org',
    fqdns: ['a.example.org'],
  })
})

test.each([
  '',
  'naf.example.org',
  'naf.example.org=',
  '=a.example.org',
  'naf.example.org=a.example.org,',
  'naf.example.org=a=b',
  'naf.example.org=a.example.org;group=',
  'naf.example.org=a.example.org;admin',
])('no rule: %j', (text) => {
  expect(() => parseNafRule(text)).toThrow(ConfigurationInvalid)
  expect(() => parseNafRule(text)).toThrow('--naf')
})
