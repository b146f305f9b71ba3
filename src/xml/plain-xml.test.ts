import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePlainXml } from './plain-xml.ts'
import { readTree } from './xml-reader.ts'

const LIMITS = { maxOctets: 4096, maxDepth: 8 }

const short = (text: string) => parsePlainXml(text, LIMITS)
const whole = (text: string) => readTree(text, LIMITS)

describe('documents as programs write them are read as by the whole parser', () => {
  test.each([
    '<a/>',
    '<a></a>',
    '<a xmlns="urn:x:y" B="1" C-d="&#x41;"/>'.replace('&#x41;', "it's > that"),
    '<a\n  b="1"\t_c="2" >\n <b> text </b>\n <c/>more</a >',
    '<a xmlns="urn:x"><b xmlns="urn:y"><c/></b><d/></a>',
    '<a toString="1" constructor="2"><hasOwnProperty/></a>',
    '<a b="]]>"/>',
    '<?xml version="1.0" encoding="UTF-8"?>\n<a/>',
    '<?xml version="1.0" encoding="utf-8"?><a/>',
  ])('%j', (text) => {
    expect(short(text)).toEqual(whole(text))
  })
})

describe('anything else is left to the whole parser', () => {
  test.each([
    '',
    ' <a/>',
    '<a/> ',
    '<a/><b/>',
    '<?xml version="1.0"?><a/>',
    '<?xml version="1.1" encoding="UTF-8"?><a/>',
    '<?xml version="1.0" encoding="UTF-16"?><a/>',
    '<?xml version="1.0" encoding="UTF-8"?><?xml version="1.0" encoding="UTF-8"?><a/>',
    ' <?xml version="1.0" encoding="UTF-8"?><a/>',
    '<!DOCTYPE a><a/>',
    '<a><!-- c --></a>',
    '<a><![CDATA[x]]></a>',
    '<a><?b c?></a>',
    '<a b="&amp;"/>',
    '<a>&lt;</a>',
    '<a>]]></a>',
    '<a>\r\n</a>',
    '<a b="\n"/>',
    "<a b='1'/>",
    '<a b="1" b="2"/>',
    '<a b="1"c="2"/>',
    '<a b = "1"/>',
    '<a b/>',
    '<a b="<"/>',
    '<p:a xmlns:p="urn:x"/>',
    '<a xmlns=""/>',
    '<a xmlns="http://www.w3.org/2000/xmlns/"/>',
    '<a xmlns="http://www.w3.org/XML/1998/namespace"/>',
    '<a>é</a>',
    '<a é="1"/>',
    '<a>\u0001</a>',
    '<a></b>',
    '<a><b></a></b>',
    '<a',
    '<a b="1',
    '<1/>',
    `${'<a>'.repeat(9)}${'</a>'.repeat(9)}`,
  ])('%j', (text) => {
    expect(short(text)).toBeUndefined()
  })
})

test('whatever it reads, the whole parser reads the same', () => {
  const piece = fc.constantFrom(
    ...['<a', '<b', '/>', '>', '</a>', '</b>', ' ', '\n', ' x="', ' y="', '"', 'text', '&', ';'],
    ...[' xmlns="urn:x"', '<!--', '-->', ']]>', '=', "'", 'é', '\r', '<', 'xml', ':'],
  )
  const plain = fc.constantFrom('<a x="1">', '<b xmlns="urn:y">', 'text', '</b>', '</a>', '<a/>')
  const text = fc
    .array(fc.oneof(plain, piece), { maxLength: 12 })
    .map((pieces) => `<a>${pieces.join('')}</a>`)
  let read = 0
  fc.assert(
    fc.property(text, (document) => {
      const tree = short(document)
      if (tree === undefined) return
      read += 1
      expect(tree).toEqual(whole(document))
    }),
    { numRuns: 20_000 },
  )
  expect(read).toBeGreaterThan(200)
})
