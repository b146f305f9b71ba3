import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { formatQuoted, formatToken, parseAuthParams, parseAuthSchemes } from './auth-params.ts'

const paramsOf = (text: string): Record<string, string> =>
  Object.fromEntries(parseAuthParams(text, 'Test'))
const schemesOf = (text: string): unknown[] =>
  parseAuthSchemes(text, 'Test').map(({ scheme, params }) => [scheme, Object.fromEntries(params)])

const filled = (length: number): string => `a="${'x'.repeat(length - 4)}"`

describe('parameters, RFC 9110 11.2', () => {
  test.each<[string, Record<string, string>]>([
    ['', {}],
    ['a=1, b="2"', { a: '1', b: '2' }],
    [' a = 1 ,\tb\t=\t"2" ', { a: '1', b: '2' }],
    [',, a=1,,b=2,', { a: '1', b: '2' }],
    ['A=x', { a: 'x' }],
    ['a=""', { a: '' }],
    ['a="x, y=\\"z\\" \\\\ \\q"', { a: 'x, y="z" \\ q' }],
    ["a=!#$%&'*+-.^_`|~09AZaz", { a: "!#$%&'*+-.^_`|~09AZaz" }],
    ['toString=1, __proto__=2', { tostring: '1', ['__proto__']: '2' }],
  ])('%s', (text, expected) => {
    expect(paramsOf(text)).toEqual(expected)
  })

  test.each([
    ['a', 'a'],
    ['a=', 'a'],
    ['a="x', 'a'],
    ['a="x\\"', 'a'],
    ['a=b c=d', 'a'],
    ['a="b""c"', 'a'],
    ['a="b"c', 'a'],
    ['a=b/c', 'a'],
    ['a="é"', 'a'],
    ['a="\n"', 'a'],
    ['="b"', 'Test'],
    ['a=1, b', 'Test'],
    ['a=1, a=1', 'a'],
    ['nonce=1, NONCE="2"', 'nonce'],
  ])('%j is refused, naming %s', (text, field) => {
    expect(() => paramsOf(text)).toThrow(
      expect.objectContaining({ code: 'invalid-message', field }),
    )
  })

  test('8192 characters are the limit of a header', () => {
    expect(paramsOf(filled(8192)).a).toHaveLength(8188)
    expect(() => paramsOf(filled(8193))).toThrow('Test: over 8192 characters')
  })
})

describe('schemes, RFC 9110 11.6', () => {
  test.each<[string, unknown[]]>([
    ['Digest realm="a"', [['digest', { realm: 'a' }]]],
    ['DIGEST  realm="a" , qop=b', [['digest', { realm: 'a', qop: 'b' }]]],
    [
      'Basic realm="a", Digest realm="b", nonce=c',
      [
        ['basic', { realm: 'a' }],
        ['digest', { realm: 'b', nonce: 'c' }],
      ],
    ],
    [
      'Negotiate, Digest realm=b',
      [
        ['negotiate', {}],
        ['digest', { realm: 'b' }],
      ],
    ],
    [
      'Bearer ab/+c==, Digest realm=b',
      [
        ['bearer', {}],
        ['digest', { realm: 'b' }],
      ],
    ],
    ['Digest', [['digest', {}]]],
    ['', []],
  ])('%s', (text, expected) => {
    expect(schemesOf(text)).toEqual(expected)
  })

  test.each(['realm="a"', 'Digest Basic realm="a"', 'Digest "a"', '"Digest" a=b', 'Digest a=b c'])(
    '%s is refused',
    (text) => {
      expect(() => schemesOf(text)).toThrow(InvalidMessage)
    },
  )
})

describe('generated', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)),
  })
  const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,20}$/)
  const name = fc.stringMatching(/^[a-z]{1,8}$/)

  test('what is written is read, quoted or not, in any order', () => {
    const param = fc.oneof(
      fc.tuple(name, printable, fc.constant(formatQuoted)),
      fc.tuple(name, token, fc.constantFrom(formatQuoted, formatToken)),
    )
    const list = fc.uniqueArray(param, { selector: ([name]) => name, maxLength: 12 })
    fc.assert(
      fc.property(list, fc.constantFrom(',', ', ', ' , ', ',,'), (params, comma) => {
        const text = params.map(([name, value, format]) => format(name, value)).join(comma)
        expect(paramsOf(text)).toEqual(Object.fromEntries(params))
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test('anything else is an InvalidMessage', () => {
    const piece = fc.constantFrom('Digest', ' ', ',', '=', '"', '\\', 'a', 'qop', 'é', '\0', 'b==')
    const text = fc.oneof(
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(text, fc.constantFrom(paramsOf, schemesOf), (text, parse) => {
        try {
          parse(text)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidMessage)
        }
      }),
      { seed: 2, numRuns: 2000 },
    )
  })

  test('a long hostile header takes no long time', () => {
    const startedAt = performance.now()
    for (const unit of [' ', ',', 'a', '=', '"', '\\"', 'a ', 'a=', ', ']) {
      const text = `Digest ${unit.repeat(Math.floor(8000 / unit.length))}`
      try {
        schemesOf(text)
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidMessage)
      }
    }
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test('what does not fit a header is not written', () => {
    expect(() => formatQuoted('a', 'x\r\nSet-Cookie: y')).toThrow(RangeError)
    expect(() => formatQuoted('a', 'ü')).toThrow(RangeError)
    expect(() => formatToken('a', 'b c')).toThrow(RangeError)
    expect(() => formatToken('a', '')).toThrow(RangeError)
  })
})
