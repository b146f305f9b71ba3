import { describe, expect, test } from 'vitest'
import { fromHex } from '../../octets/octets.ts'
import type { Avp } from './avp.ts'
import { encodeAvps } from './avp-codec.ts'
import {
  type AvpDeclaration,
  type AvpRules,
  anyAvps,
  grouped,
  MAX_GROUP_DEPTH,
  oneOrMore,
  optional,
  readValues,
  repeated,
  required,
  type ValuesOf,
  writeValues,
} from './avp-rules.ts'
import { failureOf } from './diameter.fixture.ts'
import { type AvpType, octetString, unsigned32, utf8String } from './value-types.ts'

function declare<T>(name: string, code: number, type: AvpType<T>): AvpDeclaration<T> {
  return { name, code, vendorId: 10415, mandatory: true, type }
}

const COUNT = declare('Count', 1001, unsigned32)
const TEXT = declare('Text', 1002, utf8String({ min: 1, max: 5 }))
const PART = declare('Part', 1003, octetString({ min: 2, max: 2 }))
const GROUP = declare('Group', 1004, grouped({ count: required(COUNT), part: optional(PART) }))
const RULES = {
  count: required(COUNT),
  text: optional(TEXT),
  parts: repeated(PART, 2),
  group: optional(GROUP),
} satisfies AvpRules

const VALUES: ValuesOf<typeof RULES> = {
  count: 5,
  text: 'abc',
  parts: [fromHex('0102'), fromHex('0304')],
  group: { count: 9, part: fromHex('ffff') },
}

const raw = (code: number, hex: string, changes: Partial<Avp> = {}): Avp => ({
  code,
  vendorId: 10415,
  mandatory: true,
  data: fromHex(hex),
  ...changes,
})
const count = raw(1001, '00000005')

describe('values and AVPs', () => {
  test('written in the order of the rules, read in any order', () => {
    const avps = writeValues(RULES, VALUES)
    expect(avps.map(({ code }) => code)).toEqual([1001, 1002, 1003, 1003, 1004])
    expect(readValues(RULES, avps)).toEqual(VALUES)
    expect(readValues(RULES, avps.toReversed())).toEqual({
      ...VALUES,
      parts: VALUES.parts.toReversed(),
    })
  })

  test('absent options are absent, and none of many is an empty list', () => {
    expect(writeValues(RULES, { count: 5, parts: [] })).toEqual([count])
    expect(readValues(RULES, [count])).toEqual({ count: 5, parts: [] })
  })

  test('what is out of its limits is not written, and the AVP is named', () => {
    expect(() => writeValues(RULES, { count: 5, parts: [], text: 'too long' })).toThrow(
      'Text is out of its limits',
    )
    const parts = [fromHex('0102'), fromHex('0102'), fromHex('0102')]
    expect(() => writeValues(RULES, { count: 5, parts })).toThrow('over 2 Part')
  })
})

describe('one that may be there more than once', () => {
  const rules = { count: oneOrMore(COUNT, { max: 3, preferred: 7 }) }
  const counts = (...values: number[]) => values.map((value) => raw(1001, `0000000${value}`))

  test('is written once', () => {
    expect(writeValues(rules, { count: 5 })).toEqual([count])
  })

  test.each<[number[], number]>([
    [[5], 5],
    [[5, 6], 5],
    [[5, 7], 7],
    [[7, 5, 6], 7],
  ])('%j is read as %i', (values, value) => {
    expect(readValues(rules, counts(...values))).toEqual({ count: value })
  })

  test('missing 5005, over its limit 5009, a wrong one among them 5014', () => {
    expect(failureOf(() => readValues(rules, []))).toMatchObject({
      resultCode: 5005,
      failedAvp: raw(1001, '00000000'),
    })
    const four = counts(5, 6, 7, 8)
    const tooMany = failureOf(() => readValues(rules, four))
    expect(tooMany).toMatchObject({ resultCode: 5009, failedAvp: four[3] })
    const wrong = raw(1001, '05')
    const failure = failureOf(() => readValues(rules, [...counts(7), wrong]))
    expect(failure).toMatchObject({ resultCode: 5014, failedAvp: wrong })
  })
})

describe('AVPs that no rule names', () => {
  test.each([
    ['optional', raw(9999, '00', { mandatory: false })],
    ['of the base protocol: Route-Record', raw(282, '61', { vendorId: 0 })],
    ['of the base protocol: Class', raw(25, '61', { vendorId: 0 })],
  ])('%s: skipped', (_case, avp) => {
    expect(readValues(RULES, [avp, count, avp])).toEqual({ count: 5, parts: [] })
  })

  test('every AVP that RFC 6733 4.5 lists: skipped, though mandatory; its neighbours are not', () => {
    const codes = [
      1, 25, 27, 33, 44, 50, 55, 85, 480, 483, 485, 257, 258, 259, 260, 261, 262, 263, 264,
    ]
    codes.push(
      265,
      266,
      267,
      268,
      269,
      270,
      271,
      272,
      273,
      274,
      276,
      277,
      278,
      279,
      280,
      281,
      282,
      283,
    )
    codes.push(284, 285, 287, 291, 292, 293, 294, 295, 296, 297, 298, 299)
    for (const code of codes) {
      expect(readValues(RULES, [count, raw(code, '61', { vendorId: 0 })])).toEqual({
        count: 5,
        parts: [],
      })
    }
    for (const code of [2, 24, 26, 256, 300, 479, 484, 486]) {
      const read = () => readValues(RULES, [count, raw(code, '61', { vendorId: 0 })])
      expect(failureOf(read).resultCode, `AVP ${code}`).toBe(5001)
    }
  })

  test.each([
    ['unknown and mandatory', raw(9999, '00')],
    ['of another vendor', raw(1001, '00000001', { vendorId: 9 })],
    ['of no vendor', raw(1001, '00000001', { vendorId: 0 })],
    ['a code of the base protocol, of a vendor', raw(282, '00')],
  ])('%s: 5001, with the AVP', (_case, avp) => {
    const failure = failureOf(() => readValues(RULES, [count, avp]))
    expect(failure).toMatchObject({ resultCode: 5001, failedAvp: avp })
  })
})

describe('wrong AVPs', () => {
  test('missing: 5005, with an example of it', () => {
    const failure = failureOf(() => readValues(RULES, []))
    expect(failure).toMatchObject({
      resultCode: 5005,
      message: 'Count: missing',
      failedAvp: raw(1001, '00000000'),
    })
  })

  test('too many: 5009, with the first one over', () => {
    const second = raw(1001, '00000006')
    expect(failureOf(() => readValues(RULES, [count, second]))).toMatchObject({
      resultCode: 5009,
      failedAvp: second,
    })
    const parts = ['0001', '0002', '0003'].map((hex) => raw(1003, hex))
    expect(failureOf(() => readValues(RULES, [count, ...parts])).failedAvp).toBe(parts[2])
  })

  test.each([
    ['too short', raw(1001, '000005'), 5014],
    ['too long', raw(1002, '616161616161'), 5014],
    ['of the wrong kind', raw(1002, 'ff'), 5004],
  ])('%s: with the AVP', (_case, avp, resultCode) => {
    const rest = avp.code === 1001 ? [] : [count]
    const failure = failureOf(() => readValues(RULES, [...rest, avp]))
    expect(failure).toMatchObject({ resultCode, failedAvp: avp })
    expect(failure.field).toBe(avp.code === 1001 ? 'Count' : 'Text')
  })

  test('in a group: the group with the one wrong AVP in it', () => {
    const wrong = raw(1003, '01')
    const group = raw(1004, '', { data: encodeAvps([count, wrong]) })
    expect(failureOf(() => readValues(RULES, [count, group]))).toMatchObject({
      resultCode: 5014,
      message: 'Group, Part: 1 octets, not 2 to 2',
      failedAvp: { ...group, data: encodeAvps([wrong]) },
    })
    expect(failureOf(() => readValues(RULES, [count, raw(1004, '')]))).toMatchObject({
      resultCode: 5005,
      failedAvp: { code: 1004, data: encodeAvps([raw(1001, '00000000')]) },
    })
    expect(failureOf(() => readValues(RULES, [count, raw(1004, '00')]))).toMatchObject({
      resultCode: 5014,
      failedAvp: { code: 1004 },
    })
  })
})

describe('groups', () => {
  test('are declared at most four deep, so nothing deeper is ever looked into', () => {
    let type: AvpType<unknown> = unsigned32
    for (let depth = 1; depth <= MAX_GROUP_DEPTH; depth++) {
      type = grouped({ inner: required(declare('Inner', 1, type)) }) as AvpType<unknown>
      expect(type.depth).toBe(depth)
    }
    expect(() => grouped({ inner: required(declare('Inner', 1, type)) })).toThrow(RangeError)
    expect(() => grouped({ inner: optional(declare('Inner', 1, type)) })).toThrow(RangeError)
    expect(() => grouped({ inner: repeated(declare('Inner', 1, type), 2) })).toThrow(RangeError)
  })

  test('Failed-AVP takes whatever AVPs, one level of them', () => {
    const avps = [count, raw(1004, 'ffff')]
    expect(anyAvps.decode(anyAvps.encode(avps))).toEqual(avps)
    expect(failureOf(() => anyAvps.decode(fromHex('00'))).resultCode).toBe(5014)
  })
})
