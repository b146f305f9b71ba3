import { expect, test } from 'vitest'
import { type LogFields, noLog, withFields } from './log.ts'

test('the log of who does not look takes every event and gives nothing back', () => {
  const given = [noLog.info('a'), noLog.warn('b', { n: 1 }), noLog.error('c', { s: 'x', b: true })]
  expect(given).toEqual([undefined, undefined, undefined])
})

test('fields of all lines of a log; what a line says itself counts', () => {
  const lines: unknown[] = []
  const note = (event: string, fields?: LogFields): void => void lines.push([event, fields])
  const log = withFields({ info: note, warn: note, error: note }, { point: 'Ub' })
  log.info('a')
  log.warn('b', { impi: 'x' })
  log.error('c', { point: 'Zh' })
  expect(lines).toEqual([
    ['a', { point: 'Ub' }],
    ['b', { point: 'Ub', impi: 'x' }],
    ['c', { point: 'Zh' }],
  ])
})
