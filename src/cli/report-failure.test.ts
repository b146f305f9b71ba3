import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import {
  AuthenticationFailed,
  ConfigurationInvalid,
  InvalidMessage,
  StoreFailed,
  TransportFailed,
  Unsupported,
} from '../errors/errors.ts'
import { CalcError } from './calc-answer.ts'
import { reportFailure } from './report-failure.ts'

function report(error: unknown, how: { json?: boolean } = {}): { status: number; lines: string[] } {
  const lines: string[] = []
  const status = reportFailure(error, { ...how, write: (line) => void lines.push(line) })
  return { status, lines }
}

test('what the user can mend is status 2 and one line', () => {
  const error = new ConfigurationInvalid('no such folder', { cause: new Error('inner') })
  expect(report(error)).toEqual({ status: 2, lines: ['cpns: no such folder'] })
})

test('what others have said moves no cursor', () => {
  const error = new TransportFailed('the server refused: \u001b[2J\u202e')
  expect(report(error).lines).toEqual(['cpns: the server refused: \\u{1b}[2J\\u{202e}'])
})

test.each([
  new AuthenticationFailed('AUTN has a wrong MAC'),
  new TransportFailed('no answer'),
  new StoreFailed('the disk is full'),
  new Unsupported('TUAK'),
])('what could not be done is status 1 and one line: $name', (error) => {
  expect(report(error)).toEqual({ status: 1, lines: [`cpns: ${error.message}`] })
})

test('a wrong field is named', () => {
  expect(report(new InvalidMessage('missing', 'RAND')).lines).toEqual(['cpns: RAND: missing'])
})

test('a usage error is one line with advice, whatever the library made of it', () => {
  const text = "error: unknown option '--onec=465b5ce8'\n(Did you mean --once?)"
  expect(report(new CommanderError(1, 'commander.unknownOption', text))).toEqual({
    status: 2,
    lines: ["cpns: unknown option '--onec' (Did you mean --once?) (--help shows what there is)"],
  })
})

test.each([
  ['commander.helpDisplayed', 0, 0],
  ['commander.version', 0, 0],
  ['commander.help', 1, 2],
])('%s was written already: only its status counts', (code, exitCode, status) => {
  expect(report(new CommanderError(exitCode, code, 'x'))).toEqual({ status, lines: [] })
})

test('what the system refuses is no fault of ours: one line, without a stack', () => {
  let refused: unknown
  try {
    readFileSync('/no/such/file')
  } catch (error) {
    refused = error
  }
  const line = "cpns: ENOENT: no such file or directory, open '/no/such/file'"
  expect(report(refused)).toEqual({ status: 1, lines: [line] })
})

test('a fault of ours shows where it happened', () => {
  const { status, lines } = report(new TypeError('x is not a function'))
  expect(status).toBe(1)
  expect(lines[0]).toMatch(/^cpns: internal error: TypeError: x is not a function\n +at /)
  expect(report('a string')).toEqual({ status: 1, lines: ['cpns: internal error: unknown'] })
})

describe('for a program: one JSON object with the same status', () => {
  test.each([
    [new ConfigurationInvalid('no such folder'), 2, 'configuration-invalid', 'no such folder'],
    [new TransportFailed('no answer'), 1, 'transport-failed', 'no answer'],
    [new InvalidMessage('missing', 'RAND'), 1, 'invalid-message', 'RAND: missing'],
    [new CalcError('missing-field', 'k: missing'), 2, 'missing-field', 'k: missing'],
    [
      new CommanderError(1, 'commander.unknownCommand', "error: unknown command 'lob'"),
      2,
      'usage-invalid',
      "unknown command 'lob'",
    ],
  ])('%o', (error, status, code, message) => {
    const { status: reported, lines } = report(error, { json: true })
    expect(reported).toBe(status)
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ error: { code, message } }])
  })

  test('a fault of ours has its stack, on one line', () => {
    const { status, lines } = report(new TypeError('x is not a function'), { json: true })
    expect(status).toBe(1)
    const { error } = JSON.parse(lines[0] ?? '') as { error: Record<string, string> }
    expect(error).toMatchObject({ code: 'internal-error', message: 'x is not a function' })
    expect(error.stack).toMatch(/^TypeError: x is not a function\n +at /)
    expect(lines[0]).not.toContain('\n')
  })
})
