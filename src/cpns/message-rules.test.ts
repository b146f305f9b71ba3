import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { parseXml } from '../xml/xml-reader.ts'
import {
  briefName,
  CPNS_NAMESPACE,
  child,
  content,
  defaulted,
  group,
  optional,
  optionalChild,
  type Rules,
  readElement,
  required,
  writeElement,
} from './message-rules.ts'
import { integer, text } from './value-codecs.ts'

const word = text({ min: 1, max: 8 })
const number = integer({ min: 0, max: 9 })

const RULES = {
  must: required('Must', word),
  may: optional('May', word),
  els: defaulted('Else', number, 7),
  pair: group('One', { one: required('One', number), two: required('Two', number) }),
  inner: child('Inner', { says: content(word) }),
  extra: optionalChild('Extra', { n: required('N', number) }),
}

const read = (document: string, rules: Rules = RULES) =>
  readElement(
    parseXml(utf8(document.replace(/^<\w+/, `$& xmlns="${CPNS_NAMESPACE}"`)), {
      maxOctets: 4096,
      maxDepth: 8,
    }),
    rules,
  )

const whole = {
  must: 'a',
  may: 'b',
  els: 1,
  pair: { one: 2, two: 3 },
  inner: { says: 'x' },
  extra: { n: 4 },
}
const WHOLE = '<E Must="a" May="b" Else="1" One="2" Two="3"><Inner>x</Inner><Extra N="4"/></E>'

describe('rules write and read', () => {
  test('everything', () => {
    expect(writeElement('E', RULES, whole)).toBe(WHOLE)
    expect(read(WHOLE)).toEqual(whole)
  })

  test('the least', () => {
    const least = { must: 'a', els: 7, inner: { says: 'x' } }
    expect(read('<E Must="a"><Inner>x</Inner></E>')).toEqual(least)
    expect(writeElement('E', RULES, least)).toBe('<E Must="a" Else="7"><Inner>x</Inner></E>')
  })

  test('children in any order', () => {
    const turned = WHOLE.replace(/(<Inner.*Inner>)(<Extra.*\/>)/, '$2$1')
    expect(read(turned)).toEqual(whole)
  })
})

describe('rules refuse', () => {
  test.each([
    ['Must="a"', '', 'Must', 'missing'],
    ['Must="a"', 'Must=""', 'Must', 'not 1 to 8 characters'],
    ['May="b"', 'May="123456789"', 'May', 'not 1 to 8 characters'],
    ['Else="1"', 'Else="x"', 'Else', 'not an integer of 0 to 9'],
    ['One="2"', '', 'Two', 'unknown attribute'],
    ['Two="3"', '', 'Two', 'missing'],
    ['<Inner>x</Inner>', '', 'Inner', 'missing'],
    ['<Inner>x</Inner>', '<Inner/>', 'Inner', 'not 1 to 8 characters'],
    ['<Inner>x</Inner>', '<Inner>x</Inner><Inner>x</Inner>', 'Inner', 'unknown or doubled element'],
    ['<Inner>x</Inner>', '<Inner A="1">x</Inner>', 'A', 'unknown attribute'],
    ['<Inner>', '<Inner><Inner/>', 'Inner', 'unknown or doubled element'],
    ['<Extra N="4"/>', '<Extra/>', 'N', 'missing'],
    ['<Extra', 'x<Extra', 'E', 'text not expected'],
  ])('%s as %j: %s is %s', (from, to, field, reason) => {
    const changed = WHOLE.replace(from, to)
    expect(changed).not.toBe(WHOLE)
    expect(() => read(changed)).toThrow(new InvalidMessage(reason, field))
  })

  test('to write what they would refuse to read', () => {
    expect(() => writeElement('E', RULES, { ...whole, must: '' })).toThrow(RangeError)
    expect(() => writeElement('E', RULES, { ...whole, els: 10 })).toThrow(/^Else is out/)
    expect(() => writeElement('E', RULES, { ...whole, inner: { says: '' } })).toThrow(/^Inner is/)
  })
})

test('a long name of a peer is cut, between two characters', () => {
  expect(briefName('n'.repeat(100))).toHaveLength(64)
  expect(briefName(`n${'\u{10000}'.repeat(100)}`)).toBe(`n${'\u{10000}'.repeat(63)}`)
})
