import { expect, test } from 'vitest'
import { EXPERIMENTAL_RESULT_CODE } from '../../src/diameter/base/gaa-result.ts'
import { RESULT_CODE } from '../../src/diameter/base/result-code.ts'
import { readPage, readProjectFile, sectionOf, tablesOf } from './pages.fixture.ts'

const page = readPage('reference/diameter.md')

const table = (title: string, nth = 0) =>
  (tablesOf(sectionOf(page, title))[nth]?.rows ?? []).map(([code, name]) => [Number(code), name])

test('every AVP of 3GPP that is declared', () => {
  const sources = ['zh/multimedia-auth.ts', 'zn/bootstrapping-info.ts']
  const declared = sources.flatMap((file) =>
    [...readProjectFile(`src/diameter/${file}`).matchAll(/'([\w-]+)',\s+(\d{3}),/g)].map(
      ([, name, code]) => [Number(code), name],
    ),
  )
  const byCode = new Map(declared.map((one) => [one[0], one]))
  const expected = [...byCode.values()].sort(([a], [b]) => Number(a) - Number(b))
  expect(expected.length).toBe(20)
  expect(table('AVPs of 3GPP')).toEqual(expected)
})

test('every result', () => {
  const rows = (codes: Readonly<Record<string, number>>) =>
    Object.entries(codes).map(([name, code]) => [code, name])
  expect(table('Results')).toEqual(rows(RESULT_CODE))
  expect(table('Results', 1)).toEqual(rows(EXPERIMENTAL_RESULT_CODE))
})
