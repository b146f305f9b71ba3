import { expect, test } from 'vitest'
import { noLog } from './log.ts'

test('the log of who does not look takes every event and gives nothing back', () => {
  const given = [noLog.info('a'), noLog.warn('b', { n: 1 }), noLog.error('c', { s: 'x', b: true })]
  expect(given).toEqual([undefined, undefined, undefined])
})
