import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { parseXml, XMLNS_NAMESPACE, type XmlLimits } from './xml-reader.ts'

const LIMITS: XmlLimits = { maxOctets: 4096, maxDepth: 8 }
const read = (text: string, limits = LIMITS) => parseXml(utf8(text), limits)

function reasonOf(octets: Uint8Array, limits = LIMITS): string {
  try {
    parseXml(octets, limits)
  } catch (error) {
    if (error instanceof InvalidMessage) return error.reason
    throw error
  }
  return 'accepted'
}
const reason = (text: string, limits = LIMITS) => reasonOf(utf8(text), limits)

describe('what is read', () => {
  test('names, namespaces, attributes, children and text', () => {
    const root = read(
      '<a xmlns="u" xmlns:p="v" p:x="1" y="&lt;&#10;"> t<b>é</b><![CDATA[<c>]]></a>',
    )
    expect(root).toEqual({
      name: 'a',
      namespace: 'u',
      attributes: [
        { name: 'xmlns', namespace: XMLNS_NAMESPACE, value: 'u' },
        { name: 'p', namespace: XMLNS_NAMESPACE, value: 'v' },
        { name: 'x', namespace: 'v', value: '1' },
        { name: 'y', namespace: '', value: '<\n' },
      ],
      children: [{ name: 'b', namespace: 'u', attributes: [], children: [], text: 'é' }],
      text: ' t<c>',
    })
  })

  test('an XML declaration of version 1.0 in UTF-8, in either case', () => {
    expect(read('<?xml version="1.0"?><a/>').name).toBe('a')
    expect(read('<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<a/>\n').name).toBe('a')
  })

  test('names that objects inherit are names like others', () => {
    const root = read('<__proto__ constructor="1"><toString/></__proto__>')
    expect(root.attributes).toEqual([{ name: 'constructor', namespace: '', value: '1' }])
    expect(root.children.map(({ name }) => name)).toEqual(['toString'])
  })

  test('comments, unless they are refused', () => {
    expect(read('<!-- c --><a>x<!-- d -->y</a>').text).toBe('xy')
    expect(reason('<!-- c --><a/>', { ...LIMITS, comments: 'refused' })).toBe('holds a comment')
    expect(reason('<a><!----></a>', { ...LIMITS, comments: 'refused' })).toBe('holds a comment')
  })
})

describe('what is refused', () => {
  test.each([
    ['a DTD', '<!DOCTYPE a><a/>', 'holds a DTD'],
    ['a DTD from elsewhere', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'holds a DTD'],
    ['a DTD with an entity', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'holds a DTD'],
    ['a processing instruction', '<a><?go now?></a>', 'holds a processing instruction'],
    ['one before the root', '<?xml-stylesheet href="x"?><a/>', 'holds a processing instruction'],
    ['XML 1.1', '<?xml version="1.1"?><a/>', 'not XML 1.0'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'not UTF-8'],
    ['a byte order mark', '\ufeff<a/>', 'byte order mark'],
  ])('%s', (_, text, expected) => {
    expect(reason(text)).toBe(expected)
  })

  test('a byte order mark, unless it may be there, and then once', () => {
    const limits = { maxOctets: 100, maxDepth: 2, byteOrderMark: 'ignored' } as const
    expect(parseXml(utf8('\ufeff<?xml version="1.0"?><a/>'), limits).name).toBe('a')
    expect(() => parseXml(utf8('\ufeff\ufeff<a/>'), limits)).toThrow(InvalidMessage)
  })

  test.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['no element', 'text'],
    ['two roots', '<a/><b/>'],
    ['text behind the root', '<a/>x'],
    ['text before the root', 'x<a/>'],
    ['an open end', '<a><b></b>'],
    ['crossed ends', '<a><b></a></b>'],
    ['an unknown entity', '<a>&x;</a>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute twice by two prefixes', '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>'],
    ['an unbound prefix', '<p:a/>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['a control character', '<a>\u0001</a>'],
    ['a reference to one', '<a b="&#1;"/>'],
    ['a surrogate by reference', '<a>&#xD800;</a>'],
    ['U+FFFF', '<a>\uffff</a>'],
    ['"]]>" in text', '<a>]]></a>'],
    ['"<" in a value', '<a b="<"/>'],
    ['a late XML declaration', ' <?xml version="1.0"?><a/>'],
  ])('%s', (_, text) => {
    expect(reason(text)).toMatch(/^not well-formed|^holds a processing instruction$/)
  })

  test('octets that are not UTF-8', () => {
    expect(reasonOf(Uint8Array.of(0x3c, 0x61, 0x20, 0xff, 0x2f, 0x3e))).toBe('not UTF-8')
    expect(reasonOf(new Uint8Array(Buffer.from('<a/>', 'utf16le')))).toMatch(/not/)
    const overlong = Uint8Array.of(0x3c, 0x61, 0x3e, 0xc0, 0xbc, 0x3c, 0x2f, 0x61, 0x3e)
    expect(reasonOf(overlong)).toBe('not UTF-8')
  })

  test('every cut of a document', () => {
    const whole = utf8('<?xml version="1.0"?><a xmlns="u" b="&amp;"><c>é</c><!-- d --></a>')
    for (let length = 0; length < whole.length; length++) {
      expect(reasonOf(whole.subarray(0, length))).toMatch(/^not (well-formed|UTF-8)/)
    }
  })

  test('an error shows no octet of the document', () => {
    expect(() => read('<secret>s3cr3t')).toThrow(/^XML: not well-formed at 1:\d+$/)
  })
})

const nested = (levels: number) => '<a>'.repeat(levels) + '</a>'.repeat(levels)

describe('limits', () => {
  test('of size, before anything is read', () => {
    const exact = `<a>${'x'.repeat(4089)}</a>`
    expect(read(exact).text).toHaveLength(4089)
    expect(reason(`${exact} `)).toBe('over 4096 octets')
    expect(reasonOf(new Uint8Array(50_000_000))).toBe('over 4096 octets')
  })

  test('of depth', () => {
    expect(read(nested(8)).name).toBe('a')
    expect(reason(nested(9))).toBe('over 8 levels')
  })

  test('20,000 levels are refused at the ninth', () => {
    const startMs = performance.now()
    expect(reason('<a>'.repeat(20_000), { maxOctets: 1e6, maxDepth: 8 })).toBe('over 8 levels')
    expect(performance.now() - startMs).toBeLessThan(500)
  })

  test('an entity bomb does not go off', () => {
    const lines = Array.from({ length: 20 }, (_, n) => `<!ENTITY e${n + 1} "&e${n};&e${n};">`)
    const bomb = `<!DOCTYPE a [<!ENTITY e0 "x">${lines.join('')}]><a>&e20;</a>`
    expect(reason(bomb)).toBe('holds a DTD')
  })
})

const SAMPLE = '<?xml version="1.0"?><a xmlns="u" xmlns:p="v" p:b="&amp;"><c>x<![CDATA[y]]></c></a>'

test('whatever comes, it is read or refused as InvalidMessage', () => {
  const mutated = fc
    .tuple(
      fc.nat(),
      fc.string({
        unit: fc.constantFrom(...Array.from('<>&;"\'=/!?-[]ax: #x1\u0000é')),
        maxLength: 12,
      }),
    )
    .map(([at, insertion]) => {
      const cut = at % SAMPLE.length
      return utf8(SAMPLE.slice(0, cut) + insertion + SAMPLE.slice(cut))
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), mutated), (octets) => {
      expect(typeof reasonOf(octets)).toBe('string')
    }),
    { seed: 1, numRuns: 2000 },
  )
})
