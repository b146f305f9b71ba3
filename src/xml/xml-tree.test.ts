import { expect, test } from 'vitest'
import { parseXml } from './xml-reader.ts'
import { XMLNS_NAMESPACE } from './xml-tree.ts'

test('a declaration is known by its namespace, a plain attribute has none', () => {
  const { attributes } = parseXml(new TextEncoder().encode('<p:a xmlns:p="urn:x" b="1"/>'), {
    maxOctets: 100,
    maxDepth: 1,
  })
  expect(attributes.map(({ name, namespace }) => [name, namespace])).toEqual([
    ['p', XMLNS_NAMESPACE],
    ['b', ''],
  ])
})
