import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { guardOutput } from './standard-output.ts'

function createGuarded(json = false) {
  const stream = new PassThrough()
  const exits: number[] = []
  const lines: string[] = []
  guardOutput(
    { json, write: (line) => lines.push(line) },
    { stream, exit: (status) => exits.push(status) },
  )
  const fail = (code: string) => stream.emit('error', Object.assign(new Error('no'), { code }))
  return { stream, exits, lines, fail }
}

test('a reader that has enough ends the command without a word', () => {
  const { exits, lines, fail } = createGuarded()
  fail('EPIPE')
  expect({ exits, lines }).toEqual({ exits: [0], lines: [] })
})

test('who listens for that itself ends in order', () => {
  const { stream, exits, lines, fail } = createGuarded()
  stream.on('error', () => {})
  fail('EPIPE')
  expect({ exits, lines }).toEqual({ exits: [], lines: [] })
})

test.each([
  [false, 'cpns: standard output: it cannot be written (ENOSPC)'],
  [
    true,
    '{"error":{"code":"transport-failed","message":"standard output: it cannot be written (ENOSPC)"}}',
  ],
])('a full disk is an error (JSON: %s)', (json, line) => {
  const { exits, lines, fail } = createGuarded(json)
  fail('ENOSPC')
  expect({ exits, lines }).toEqual({ exits: [1], lines: [line] })
})
