import { expect, test } from 'vitest'
import { createSaxesParser } from './saxes-parser.ts'

const EVENTS = [
  'xmldecl',
  'text',
  'processinginstruction',
  'doctype',
  'comment',
  'opentagstart',
  'opentag',
  'closetag',
  'cdata',
  'error',
] as const

test('every handler finds its place: setting it adds no property to the parser', () => {
  const parser = createSaxesParser()
  const before = Object.keys(parser)
  for (const event of EVENTS) parser.on(event, () => {})
  expect(Object.keys(parser)).toEqual(before)
})

test('it parses as saxes does, with namespaces', () => {
  const parser = createSaxesParser()
  const seen: string[] = []
  parser.on('opentag', ({ local, uri }) => seen.push(`${uri} ${local}`))
  parser.on('text', (text) => seen.push(text))
  parser.write('<a xmlns="urn:a">x<b:c xmlns:b="urn:b"/></a>').close()
  expect(seen).toEqual(['urn:a a', 'x', 'urn:b c'])
})
