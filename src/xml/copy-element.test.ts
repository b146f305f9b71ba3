import { expect, test } from 'vitest'
import { utf8 } from '../octets/octets.ts'
import { copyElement } from './copy-element.ts'
import { parseXml } from './xml-reader.ts'
import { formatXml } from './xml-writer.ts'

const copied = (xml: string, namespace: string, home?: string): string => {
  const element = parseXml(utf8(xml), { maxOctets: 1000, maxDepth: 10 })
  return formatXml(copyElement(element, { home: home ?? element.namespace, namespace }))
}

test.each([
  ['<a x="1"><b>t &lt;</b><c/></a>', '', '<a x="1"><b>t &lt;</b><c/></a>'],
  // Prefixes and declarations are those of the old place.
  ['<p:a xmlns:p="urn:p" x="1"><p:b/></p:a>', 'urn:n', '<a x="1"><b/></a>'],
  // What is of another namespace stays there, and what is inside it comes back.
  [
    '<a><e:b xmlns:e="urn:e"><e:c/><d/></e:b></a>',
    'urn:n',
    '<a><b xmlns="urn:e"><c/><d xmlns="urn:n"/></b></a>',
  ],
  ['<a xmlns="urn:a"><b xmlns=""/></a>', 'urn:n', '<a><b xmlns=""/></a>'],
  // Attributes have no default namespace.
  [
    '<a xmlns:e="urn:e" e:x="1" xml:lang="en" y="2"/>',
    '',
    '<a xmlns:a1="urn:e" a1:x="1" xml:lang="en" y="2"/>',
  ],
  ['<a>one<b/>two</a>', '', '<a><b/></a>'],
  ['<a><é/><b é="1"/></a>', '', '<a><b/></a>'],
])('%s in %j is %s', (xml, namespace, expected) => {
  expect(copied(xml, namespace)).toBe(expected)
})

test('of another home than its own', () => {
  expect(copied('<a xmlns="urn:e"><b xmlns="urn:h"/></a>', 'urn:n', 'urn:h')).toBe(
    '<a xmlns="urn:e"><b xmlns="urn:n"/></a>',
  )
})

test('a copy is what it was, whatever prefixes it had', () => {
  const xml = '<a><e:b xmlns:e="urn:e" e:x="1"><e:c>t</e:c></e:b></a>'
  const parse = (text: string) => parseXml(utf8(text), { maxOctets: 1000, maxDepth: 10 })
  const bare = ({
    name,
    namespace,
    attributes,
    children,
    text,
  }: ReturnType<typeof parse>): unknown => [
    name,
    namespace,
    attributes.filter((one) => !one.namespace.endsWith('/xmlns/')),
    children.map(bare),
    text,
  ]
  expect(bare(parse(copied(xml, '')))).toEqual(bare(parse(xml)))
})
