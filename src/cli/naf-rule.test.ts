import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseNafRule, parseNafRules } from './naf-rule.ts'

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
  'naf.example.org=a.example.org;group=A;group=B',
])('no rule: %j', (text) => {
  expect(() => parseNafRule(text)).toThrow(ConfigurationInvalid)
  expect(() => parseNafRule(text)).toThrow('--naf')
})

test('several NAFs, each of them once, whatever its case', () => {
  const [a, b] = ['naf.example.org=a.example.org', 'naf2.example.org=a.example.org']
  expect(parseNafRules([a, b])).toEqual([parseNafRule(a), parseNafRule(b)])
  expect(parseNafRules()).toEqual([])
  expect(() => parseNafRules([a, b, 'NAF.example.org=c.example.org'])).toThrow(
    '--naf: naf.example.org stands there twice; all its FQDNs go into one',
  )
})
