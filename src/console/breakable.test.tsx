import { expect, test } from 'vitest'
import { breakable } from './breakable.tsx'
import { htmlOf } from './components.fixture.ts'

test.each([
  ['PNE watch', 'PNE watch'],
  ['', ''],
  ['urn:x:gw', 'urn:|x:|gw'],
  ['a5b583de6fd0a52598304b0239092abd', 'a5b583de6fd0a525|98304b0239092abd'],
  ['I1U8vpY3qJ0hiuZNrke/NQ==@bsf.x', 'I1U8vpY3qJ0hiuZN|rke/|NQ==@|bsf.|x'],
  ['@@', '@@'],
])('%s may be broken as %s, and loses nothing', (text, broken) => {
  const html = htmlOf(<b>{breakable(text)}</b>)
  expect(html).toBe(`<b>${broken.replaceAll('|', '<wbr/>')}</b>`)
  expect(broken.replaceAll('|', '')).toBe(text)
})
