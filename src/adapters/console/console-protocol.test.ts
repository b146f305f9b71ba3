import { expect, test } from 'vitest'
import { CONSOLE_HEADER, CONSOLE_PATH, EVENTS_HELD } from './console-protocol.ts'

test('names that a page of another version would not find', () => {
  expect([CONSOLE_PATH, CONSOLE_HEADER, EVENTS_HELD]).toEqual([
    '/console',
    'x-cpns-console',
    10_000,
  ])
})
