import { expect, test } from 'vitest'
import { createOwnNames } from './own-names.ts'
import type { EndEvent } from './seen-once.ts'

const ANSWER = { point: 'Ub', message: '401 Unauthorized', fields: { nonce: 'n' } } as const
const sent: EndEvent = { ...ANSWER, side: 'sent', from: 'BSF', to: 'PN GW' }
const received: EndEvent = { ...ANSWER, side: 'received', from: 'BSF 2', to: 'cloned PN GW' }

test('each end is believed about itself, whichever is asked', () => {
  const names = createOwnNames()
  for (const event of [sent, received]) names.note(event)
  const named = names.namer()
  const ends = { from: 'BSF', to: 'cloned PN GW' }
  expect(named(sent)).toEqual({ ...sent, ...ends })
  expect(named(received)).toEqual({ ...received, ...ends })
})

test('the same message again is the next one of each end', () => {
  const names = createOwnNames()
  const others = [sent, received].map((event) => ({ ...event, from: 'BSF 3', to: 'other' }))
  for (const event of [sent, ...others, received]) names.note(event)
  const named = names.namer()
  expect(named(sent).to).toBe('other')
  expect(named(sent).to).toBe('cloned PN GW')
  expect(names.namer()(sent).to).toBe('other')
})

test('what only one end has traced stays as it is', () => {
  const names = createOwnNames()
  names.note(sent)
  expect(names.namer()(sent)).toEqual(sent)
  expect(names.namer()({ ...sent, point: 'Zh' })).toEqual({ ...sent, point: 'Zh' })
})

test('of messages that one end alone has traced no more than so many are held', () => {
  const names = createOwnNames()
  const numbered = (n: number) => ({ ...sent, fields: { n } })
  for (let n = 0; n < 5000; n += 1) names.note(numbered(n))
  for (const n of [0, 4999]) names.note({ ...received, fields: { n } })
  const named = names.namer()
  const told = Array.from({ length: 5000 }, (_, n) => named(numbered(n)).to)
  expect([told[0], told[4999]]).toEqual(['PN GW', 'cloned PN GW'])
})
