import { describe, expect, test } from 'vitest'
import { codesIn, readPage, readProjectFile, tableUnder } from './pages.fixture.ts'

const page = readPage('reference/ub.md')

/** Keys of a constant table in a source. */
function keysOf(source: string, table: string): string[] {
  const body =
    new RegExp(`const ${table}[^=]*= \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source)?.[1] ?? ''
  return [...body.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1] as string)
}

describe('reference/ub.md', () => {
  test('every status that can be traced, with its text', () => {
    const source = readProjectFile('src/gba/ub-trace.ts')
    const texts = [...source.matchAll(/^ {2}(\d{3}): '([^']+)'/gm)].map((match) => match.slice(1))
    expect(texts.length).toBeGreaterThan(0)
    expect(tableUnder(page, 'Statuses').rows.map((row) => row.slice(0, 2))).toEqual(texts)
  })

  test('every status that a refusal can have', () => {
    const source = readProjectFile('src/gba/ub-messages.ts')
    const statuses = /readonly status: ([\d| ]+);/.exec(source)?.[1]?.split(' | ') ?? []
    expect(statuses).toContain('403')
    const documented = tableUnder(page, 'Statuses').rows.map(([status]) => status)
    expect(statuses.filter((status) => !documented.includes(status))).toEqual([])
  })

  test.each([
    ['WWW-Authenticate', 'CHALLENGE'],
    ['Authorization', 'AUTHORIZATION'],
    ['Authentication-Info', 'AUTHENTICATION_INFO'],
  ])('every parameter of %s', (header, table) => {
    const keys = keysOf(readProjectFile('src/http-digest/digest-headers.ts'), table)
    const row = tableUnder(page, 'Parameters that are read').rows.find(
      ([name = '']) => codesIn(name)[0] === header,
    )
    expect(codesIn(row?.[1] ?? '')).toEqual(keys)
  })

  test('every outcome of a failed run', () => {
    const source = readProjectFile('src/gba/ub-client.ts')
    const union = /export type BootstrapFailure =([\s\S]*?)\n\n/.exec(source)?.[1] ?? ''
    const outcomes = [...union.matchAll(/outcome: '([^']+)'/g)].map((match) => match[1])
    const documented = tableUnder(page, 'What the UE says').rows.map(
      ([name = '']) => codesIn(name)[0],
    )
    expect(documented).toEqual(outcomes)
  })
})
