import { describe, expect, test } from 'vitest'
import { MESSAGES } from '../../src/cpns/message-declarations.ts'
import { CPNS_NAMESPACE } from '../../src/cpns/message-rules.ts'
import { CPNS_MEDIA_TYPE, MAX_MESSAGE_DEPTH, MAX_MESSAGE_OCTETS } from '../../src/cpns/messages.ts'
import { parseXml, type XmlElement } from '../../src/xml/xml-reader.ts'
import {
  codesIn,
  readPage,
  readProjectFile,
  sectionOf,
  tableUnder,
  unwrapped,
} from './pages.fixture.ts'

const page = readPage('reference/cpns-messages.md')
const schema = parseXml(Buffer.from(readProjectFile('src/cpns/cpns.xsd')), {
  maxOctets: 100_000,
  maxDepth: 12,
})
const NAMES = Object.keys(MESSAGES)

/** One line of a table, or of the schema. */
interface Item {
  readonly name: string
  readonly type: string
  readonly must: boolean
}

const attributeOf = (element: XmlElement, name: string): string =>
  element.attributes.find((attribute) => attribute.name === name)?.value ?? ''

const named = (kind: string, name: string): XmlElement => {
  const found = schema.children.find(
    (child) => child.name === kind && attributeOf(child, 'name') === name,
  )
  if (found === undefined) throw new Error(`the schema has no ${kind} ${name}`)
  return found
}

const itemsOf = (element: XmlElement): Item[] =>
  element.children.flatMap((child): Item[] => {
    if (child.name === 'attribute') {
      const must = attributeOf(child, 'use') === 'required'
      return [{ name: attributeOf(child, 'name'), type: attributeOf(child, 'type'), must }]
    }
    return child.name === 'element' ? childItemsOf(child) : itemsOf(child)
  })

/** Items of a child element, under its name; one with text of its own is an item itself. */
function childItemsOf(child: XmlElement): Item[] {
  const name = attributeOf(child, 'name')
  const type = named('complexType', attributeOf(child, 'type'))
  const [content] = type.children.filter((part) => part.name === 'simpleContent')
  const base = content?.children[0] && attributeOf(content.children[0], 'base')
  const own = base === undefined ? [] : [{ name, type: base, must: false }]
  return [...own, ...itemsOf(type).map((item) => ({ ...item, name: `${name}/${item.name}` }))]
}

const documentedUnder = (title: string): Item[] =>
  tableUnder(page, title).rows.map(([name = '', type = '', must]) => ({
    name: codesIn(name)[0] ?? '',
    type: codesIn(type)[0] ?? '',
    must: must === 'yes',
  }))

const common = documentedUnder('Common attributes')
const byName = (one: Item, other: Item) => (one.name < other.name ? -1 : 1)

describe('reference/cpns-messages.md', () => {
  test('has a section for every message, and for no other', () => {
    const titles = [...page.matchAll(/^### (\w+)$/gm)].map((match) => match[1] as string)
    expect(titles.sort()).toEqual([...NAMES].sort())
  })

  test.each(NAMES)('%s: attributes, types and what must be there, as in the schema', (name) => {
    const inSchema = itemsOf(named('element', name))
    const own = documentedUnder(name).filter(({ name: item }) => item !== 'EntityID')
    expect(own.sort(byName)).toEqual(inSchema.sort(byName))
  })

  test('the common attributes', () => {
    const [entityId] = itemsOf(named('attributeGroup', 'sender'))
    const [transactionId] = itemsOf(named('attributeGroup', 'common'))
    expect(common).toEqual([transactionId, entityId])
  })

  test.each(NAMES)('%s: every attribute is declared, and every declared one is here', (name) => {
    const documented = [...documentedUnder(name), ...common].flatMap((item) => item.name.split('/'))
    expect(new Set(documented)).toEqual(new Set(declarationOf(name)))
  })

  test('types: those of the schema, with their limits', () => {
    const { rows } = tableUnder(page, 'Types')
    const types = schema.children.filter((child) => child.name === 'simpleType')
    const names = types.map((type) => attributeOf(type, 'name'))
    expect(rows.flatMap(([name = '']) => codesIn(name)).sort()).toEqual([...names].sort())
    for (const [name = '', value = ''] of rows) {
      const [restriction] = named('simpleType', codesIn(name)[0] ?? '').children.slice(-1)
      const facets = (kind: string) =>
        (restriction?.children ?? [])
          .filter((facet) => facet.name === kind)
          .map((facet) => attributeOf(facet, 'value'))
      const [min] = facets('minInclusive')
      const [max] = facets('maxInclusive')
      if (min !== undefined) expect(value).toBe(`${min} to ${max}`)
      const words = facets('enumeration')
      if (words.length > 0 && name !== '`status`') expect(codesIn(value)).toEqual(words)
    }
  })

  test('names and limits of the form', () => {
    const form = unwrapped(sectionOf(page, 'Form'))
    for (const fact of [CPNS_NAMESPACE, CPNS_MEDIA_TYPE]) expect(codesIn(form)).toContain(fact)
    expect(form).toContain(`At most ${MAX_MESSAGE_OCTETS} octets and ${MAX_MESSAGE_DEPTH} levels`)
  })
})

/** Names of attributes and child elements in the declaration of a message, the shared ones among them. */
function declarationOf(name: string): string[] {
  const source = readProjectFile('src/cpns/message-declarations.ts')
  const body = new RegExp(`^  ${name}: \\{\\n([\\s\\S]*?)^  \\},`, 'm').exec(source)?.[1] ?? ''
  const shared = /^const (common) = \{[\s\S]*?^\}|^const (kdf) = group[\s\S]*?^\}\)/gm
  const parts = [...source.matchAll(shared)]
    .filter(([, first, second]) => new RegExp(`\\b(?:\\.\\.\\.)?${first ?? second}\\b,`).test(body))
    .map(([text]) => text)
  const text = [body, ...parts].join('\n')
  const rules = /\b(?:required|optional|defaulted|child|optionalChild)\('(\w+)'/g
  return [...text.matchAll(rules)].map((match) => match[1] as string)
}
