import { expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { formatGuss, parseGuss } from './guss.ts'
import { createGussReader } from './guss-reader.ts'

const gussOf = (id: string) =>
  formatGuss({ id, uiccType: 'GBA_U', lifeTimeSeconds: 3600, ussList: [] })

test('a document is read once', () => {
  const read = createGussReader()
  const first = read(gussOf('a'))
  expect(first).toEqual(parseGuss(gussOf('a')))
  expect(read(gussOf('a'))).toBe(first)
  expect(read(gussOf('b')).id).toBe('b')
})

test('it does not grow without end', () => {
  const xml = gussOf('a')
  const read = createGussReader(2 * xml.length)
  const first = read(xml)
  read(gussOf('b'))
  expect(read(xml)).toBe(first)
  read(gussOf('c'))
  expect(read(xml)).not.toBe(first)
  expect(read(xml)).toEqual(first)
})

test('what is no document is refused each time', () => {
  const read = createGussReader()
  for (let n = 0; n < 2; n++) expect(() => read('<guss>')).toThrow(InvalidMessage)
})
