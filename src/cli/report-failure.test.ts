import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import {
  AuthenticationFailed,
  ConfigurationInvalid,
  InvalidMessage,
  StoreFailed,
  TransportFailed,
  Unsupported,
} from '../errors/errors.ts'
import { reportFailure } from './report-failure.ts'

function report(error: unknown): { status: number; lines: string[] } {
  const lines: string[] = []
  const status = reportFailure(error, (line) => void lines.push(line))
  return { status, lines }
}

test('what the user can mend is status 2 and one line', () => {
  const error = new ConfigurationInvalid('no such folder', { cause: new Error('inner') })
  expect(report(error)).toEqual({ status: 2, lines: ['cpns: no such folder'] })
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

test('usage errors were written already: only their status counts', () => {
  expect(report(new CommanderError(1, 'commander.unknownOption', 'x'))).toEqual({
    status: 2,
    lines: [],
  })
  expect(report(new CommanderError(0, 'commander.helpDisplayed', 'x'))).toEqual({
    status: 0,
    lines: [],
  })
})

test('a fault of ours shows where it happened', () => {
  const { status, lines } = report(new TypeError('x is not a function'))
  expect(status).toBe(1)
  expect(lines[0]).toMatch(/^cpns: internal error: TypeError: x is not a function\n +at /)
  expect(report('a string')).toEqual({ status: 1, lines: ['cpns: internal error: unknown'] })
})
