import { describe, expect, test } from 'vitest'
import { nbspGbaRoutes } from '../../src/sbi/nbsp-gba.ts'
import { nhssGbaRoutes } from '../../src/sbi/nhss-gba.ts'
import { PROBLEMS } from '../../src/sbi/routes.ts'
import { znWebServiceRoutes } from '../../src/sbi/zn-web-service.ts'
import { allSources, codesIn, readPage, sectionOf, tablesOf } from './pages.fixture.ts'

const page = readPage('reference/sbi.md')
const rowsOf = (title: string) => tablesOf(sectionOf(page, title))[0]?.rows ?? []
const unused = () => Promise.reject(new Error('not asked'))

describe('reference/sbi.md', () => {
  test('has every route, and no other', () => {
    const documented = rowsOf('Routes').map(([route = '']) => {
      const [method = '', path = ''] = (codesIn(route)[0] ?? '').split(' ')
      return { method, path: path.replace('{ueId}', 'impi-a@b.c') }
    })
    const hss = { hss: { requestVector: unused }, subscribers: { findSubscriber: unused } }
    const declared = [
      ...nbspGbaRoutes(unused),
      ...nhssGbaRoutes(hss as never),
      ...znWebServiceRoutes(unused),
    ]
    const matching = declared.map((route) =>
      documented.filter(({ method, path }) => method === route.method && route.path.test(path)),
    )
    expect(matching.map(({ length }) => length)).toEqual(declared.map(() => 1))
    expect(documented).toHaveLength(declared.length)
  })

  test('has every problem, and no other', () => {
    const rows = rowsOf('Statuses').map(
      ([status = '', cause = '']) => `${status} ${codesIn(cause)[0]}`,
    )
    const common = Object.values(PROBLEMS).map(({ status, cause }) => `${status} ${cause}`)
    const own = allSources()
      .filter(({ path }) => path.startsWith('sbi/') || path.includes('/sbi/'))
      .flatMap(({ text }) =>
        [...text.matchAll(/status: (\d+), title: '[^']+', cause: '(\w+)'/g)].map(
          ([, status, cause]) => `${status} ${cause}`,
        ),
      )
    const invalid = [
      'INVALID_MSG_FORMAT',
      'MANDATORY_IE_MISSING',
      'MANDATORY_IE_INCORRECT',
      'OPTIONAL_IE_INCORRECT',
    ]
    const declared = [...common, ...own, ...invalid.map((cause) => `400 ${cause}`)]
    expect([...new Set(rows)].sort()).toEqual([...new Set(declared)].sort())
  })
})
