import { describe, expect, test } from 'vitest'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from '../../src/cli/exit-status.ts'
import { STATUS_MEANINGS } from '../../src/cpns/status.ts'
import * as errors from '../../src/errors/errors.ts'
import { codesIn, readPage, readProjectFile, tableUnder } from './pages.fixture.ts'

const page = readPage('reference/errors.md')

function column(section: string, name: string): string[] {
  const { header, rows } = tableUnder(page, section)
  return rows.map((row) => row[header.indexOf(name)] as string)
}

/** The literals of a union type, which is all that is left of it in the source. */
function membersOf(source: string, type: string): string[] {
  const [, union = ''] = new RegExp(`type ${type} =([^;]*?)\\n\\n`).exec(source) ?? []
  return [...union.matchAll(/'([^']+)'/g)].map((match) => match[1] as string)
}

describe('reference/errors.md', () => {
  test('has a row for every error code, and no other', () => {
    const codes = membersOf(readProjectFile('src/errors/errors.ts'), 'ErrorCode')
    expect(codes.length).toBeGreaterThan(0)
    expect(column('Error codes', 'code').flatMap(codesIn)).toEqual(codes)
  })

  test('names the class of every code', () => {
    const classes = Object.keys(errors).filter((name) => name !== 'CpnsError')
    expect(column('Error codes', 'class').flatMap(codesIn).sort()).toEqual(classes.sort())
  })

  test('has the CPNS statuses with their meanings', () => {
    const { rows } = tableUnder(page, 'CPNS statuses')
    const documented = rows.map(([status, meaning]) => [status, meaning])
    expect(documented).toEqual(Object.entries(STATUS_MEANINGS))
  })

  test('has the exit statuses', () => {
    const statuses = [EXIT_OK, EXIT_FAILED, EXIT_USAGE]
    expect(column('Exit statuses', 'exit status')).toEqual(statuses.map(String))
  })

  test('has the error codes of the command line', () => {
    const [, union = ''] =
      /type CommandErrorCode = (.*)\n/.exec(readProjectFile('src/cli/report-failure.ts')) ?? []
    const codes = [...union.matchAll(/'([^']+)'/g)].map((match) => match[1] as string)
    expect(codes.length).toBeGreaterThan(0)
    expect(column('Errors as JSON', 'code').flatMap(codesIn)).toEqual(codes)
  })

  test('has the error codes of the calculators', () => {
    const codes = membersOf(readProjectFile('src/cli/calc-answer.ts'), 'CalcErrorCode')
    expect(codes.length).toBeGreaterThan(0)
    expect(column('Error codes of the calculators', 'code').flatMap(codesIn)).toEqual(codes)
  })
})
