import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allPages, anchorsOf, ROOT, readProjectFile } from './pages.fixture.ts'

const pages = allPages()
const readme = { path: 'README.md', text: readProjectFile('README.md') }
const INDEX = 'docs/README.md'

interface Link {
  readonly from: string
  /** Path below the project. */
  readonly target: string
  readonly anchor: string | undefined
}

function linksOf({ path, text }: (typeof pages)[number]): Link[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((address) => !/^[a-z]+:/.test(address))
    .map((address) => {
      const [file = '', anchor] = address.split('#')
      const target = file === '' ? path : normalize(join(dirname(path), file))
      return { from: path, target, anchor }
    })
}

const links = [readme, ...pages].flatMap(linksOf)

describe('links between pages', () => {
  test('lead to files that are there', () => {
    const broken = links.filter(({ target }) => !existsSync(join(ROOT, target)))
    expect(broken).toEqual([])
  })

  test('lead to headings that are there', () => {
    const broken = links.filter(({ target, anchor }) => {
      if (anchor === undefined || !target.endsWith('.md')) return false
      return !anchorsOf(readProjectFile(target)).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

describe('the index', () => {
  test('names every page, and no page twice', () => {
    const named = links.filter(({ from }) => from === INDEX).map(({ target }) => target)
    const wanted = pages.map(({ path }) => path).filter((path) => path !== INDEX)
    expect(named.sort()).toEqual(wanted.sort())
  })

  test('every page begins with its title, and no other heading is of that level', () => {
    const wrong = pages.filter(({ text }) => !/^# [^\n]+\n\n/.test(text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})
