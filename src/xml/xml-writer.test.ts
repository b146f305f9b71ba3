import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromUtf8 } from '../octets/octets.ts'
import { parseXml } from './xml-reader.ts'
import { encodeXml, formatXml, XML_DECLARATION } from './xml-writer.ts'

describe('what is written', () => {
  test('elements, attributes and text, without spaces that nobody asked for', () => {
    const text = formatXml({
      name: 'a',
      attributes: [
        ['xmlns', 'u'],
        ['b', '1'],
      ],
      children: [{ name: 'p:c', text: 'x' }, { name: 'd' }],
    })
    expect(text).toBe('<a xmlns="u" b="1"><p:c>x</p:c><d/></a>')
  })

  test('escapes in attributes and in text', () => {
    const special = '&<>"\'\t\n\r'
    expect(formatXml({ name: 'a', attributes: [['b', special]], text: special })).toBe(
      '<a b="&amp;&lt;&gt;&quot;&apos;&#9;&#10;&#13;">&amp;&lt;&gt;"\'\t\n&#13;</a>',
    )
  })

  test('UTF-8 without byte order mark', () => {
    expect(fromUtf8(encodeXml({ name: 'a', text: 'é𝄞' }))).toBe('<a>é𝄞</a>')
    expect(XML_DECLARATION).toBe('<?xml version="1.0" encoding="UTF-8"?>')
  })
})

describe('what is refused', () => {
  test.each(['\u0000', '\u0008', '\u000b', '\u001f', '\ufffe', '\uffff', '\ud800', 'x\udc00'])(
    'character %j, which XML 1.0 does not allow',
    (text) => {
      expect(() => formatXml({ name: 'a', text })).toThrow(RangeError)
      expect(() => formatXml({ name: 'a', attributes: [['b', text]] })).toThrow(RangeError)
    },
  )

  test.each(['', '1a', 'a b', 'a>', ':a', 'a:', 'a:b:c', '<a'])('name %j', (name) => {
    expect(() => formatXml({ name })).toThrow(RangeError)
    expect(() => formatXml({ name: 'a', attributes: [[name, '']] })).toThrow(RangeError)
  })
})

test('what is written is read back as it was', () => {
  const codePoint = fc.oneof(
    fc.constantFrom(0x9, 0xa, 0xd, 0x22, 0x26, 0x27, 0x3c, 0x3e, 0x5d),
    fc.integer({ min: 0x20, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0xfffd }),
    fc.integer({ min: 0x10000, max: 0x10ffff }),
  )
  const text = fc.string({ unit: codePoint.map((code) => String.fromCodePoint(code)) })
  fc.assert(
    fc.property(text, text, (value, content) => {
      const octets = encodeXml({ name: 'a', attributes: [['b', value]], text: content })
      const root = parseXml(octets, { maxOctets: 10_000, maxDepth: 1 })
      expect(root.attributes).toEqual([{ name: 'b', namespace: '', value }])
      expect(root.text).toBe(content)
    }),
    { seed: 2, numRuns: 500 },
  )
})
