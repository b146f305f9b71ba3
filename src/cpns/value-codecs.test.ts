import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import type { UaId } from '../identity/naf-id.ts'
import * as values from './value-codecs.ts'

const A32 = `${'A'.repeat(43)}=`

/** Each codec with texts that it reads and writes unchanged, and texts that it refuses. */
const CODECS: readonly [string, values.Codec<unknown>, readonly string[], readonly string[]][] = [
  ['octets', values.octets({ min: 1, max: 2 }), ['AA==', 'AAA='], ['', 'AAAA', 'AB==', 'AA', '!']],
  ['secretOctets', values.secretOctets(32), [A32], ['', 'AAAA', `${'A'.repeat(42)}B=`]],
  [
    'integer',
    values.integer({ min: 0, max: 65535 }),
    ['0', '7', '65535'],
    ['', '-1', '+1', '01', '1.0', '1e3', ' 1', '65536', '٣', '99999999999', 'NaN'],
  ],
  [
    'text',
    values.text({ min: 1, max: 3 }),
    ['a', 'é b', '𝄞𝄞𝄞'],
    ['', 'abcd', 'a\n', '\u0000', '\u0085', '\ud800'],
  ],
  ['matching', values.matching(/^[ab]+$/, 'a or b'), ['ab'], ['', 'c', 'a\n']],
  ['oneOf', values.oneOf(['on', 'off']), ['on', 'off'], ['', 'On', 'on off']],
  [
    'list',
    values.list(values.text({ min: 1, max: 9 }), { min: 1, max: 3 }),
    ['a', 'a b c'],
    ['', 'a b c d', 'a  b', ' a', 'a ', 'a a', 'a\tb c\n'],
  ],
  ['entityId', values.entityId, ['urn:uuid:1', 'imei:35'], ['', 'x', 'urn:a b']],
  ['address', values.address, ['urn:cpns:service:echo'], ['', 'echo']],
  ['userId', values.userId, ['jo', 'Jo É'], ['', 'e\u0301', 'a\u0007']],
  [
    'btid',
    values.btid,
    ['AAAAAAAAAAAAAAAAAAAAAA==@bsf.example'],
    ['', 'AAAA@bsf.example', 'AAAAAAAAAAAAAAAAAAAAAA=='],
  ],
  ['fqdn', values.fqdn, ['naf.example'], ['', '10.0.0.1', 'a b']],
  ['uaId', values.uaId, ['ff43504e53'], ['', 'FF43504E53', 'ff43504e5', 'ff43504e5g']],
  ['status', values.status, ['200', '503'], ['', '201', '600', '0200', '99']],
]

describe.each(CODECS)('%s', (_, codec, good, bad) => {
  test.each(good)('reads %j and writes it unchanged', (text) => {
    expect(codec.format(codec.parse(text, 'F'))).toBe(text)
  })

  test.each(bad)('refuses %j and names the field', (text) => {
    expect(() => codec.parse(text, 'F')).toThrow(InvalidMessage)
    expect(() => codec.parse(text, 'F')).toThrow(/^F: /)
  })
})

describe('what would not be read is not written', () => {
  const A17 = new Uint8Array(17)
  test.each<[string, () => string]>([
    ['too few octets', () => values.octets({ min: 1, max: 2 }).format(new Uint8Array(0))],
    ['too many octets', () => values.octets({ min: 16, max: 16 }).format(A17)],
    ['a key of another length', () => values.secretOctets(32).format(Secret.of(A17))],
    ['too small a number', () => values.integer({ min: 1, max: 9 }).format(0)],
    ['too large a number', () => values.integer({ min: 1, max: 9 }).format(10)],
    ['a part of a number', () => values.integer({ min: 1, max: 9 }).format(1.5)],
    ['no number', () => values.integer({ min: 1, max: 9 }).format(Number.NaN)],
    ['no status', () => values.status.format(201 as 202)],
    ['no items', () => values.list(values.fqdn, { min: 1, max: 2 }).format([])],
    ['too long a text', () => values.text({ min: 1, max: 2 }).format('ééé')],
    ['a control character', () => values.text({ min: 1, max: 2 }).format('\u0085')],
    ['another word', () => values.oneOf<string>(['on', 'off']).format('On')],
    ['another form', () => values.matching(/^a$/, 'a').format('b')],
    ['no EntityID', () => values.entityId.format('x' as EntityId)],
    ['hex in upper case', () => values.uaId.format('FF43504E53' as UaId)],
    [
      'an item twice',
      () => values.list(values.text({ min: 1, max: 2 }), { min: 0, max: 9 }).format(['a', 'a']),
    ],
  ])('%s', (_, format) => {
    expect(format).toThrow()
  })
})

test('a key does not show', () => {
  const key = values.secretOctets(32).parse(A32, 'TriggerKey')
  expect(key).toBeInstanceOf(Secret)
  expect(inspect(key)).toBe('[secret]')
})

test('items of a list cannot be mistaken for two', () => {
  const words = values.list(values.text({ min: 0, max: 9 }), { min: 0, max: 3 })
  expect(words.parse('', 'F')).toEqual([])
  expect(() => words.format(['a b'])).toThrow(RangeError)
  expect(() => words.format(['a', ''])).toThrow(RangeError)
})

test('an EntityID is compared octet by octet, so it is never changed', () => {
  const id = 'URN:UUID:ÄB'
  expect(values.entityId.parse(id, 'EntityID')).toBe(parseEntityId(id))
})
