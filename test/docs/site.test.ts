/** The site that `npm run docs` builds, and what it is built with. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSubpaths } from '../../scripts/docs-site/api.ts'
import { type BuiltSite, buildSite } from '../../scripts/docs-site/build-site.ts'
import { findDeadLinks } from '../../scripts/docs-site/dead-links.ts'
import { statementsOf } from '../../scripts/docs-site/declarations.ts'
import { renderMarkdown } from '../../scripts/docs-site/markdown.ts'
import { allPages, anchorsOf, ROOT, readProjectFile } from './pages.fixture.ts'

interface Target {
  readonly types: string
  readonly default: string
}

const { exports } = JSON.parse(readProjectFile('package.json')) as {
  exports: Record<string, Target>
}
const targets = Object.entries(exports).filter(([, target]) => typeof target === 'object')

let folder: string
let site: BuiltSite
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-site-'))
  site = buildSite(ROOT, join(folder, 'built'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const built = (path: string): string => readFileSync(join(folder, 'built', path), 'utf8')

describe('the site', () => {
  test('has a page for every page and every subpath, and no dead link', () => {
    expect(site.pages).toBe(allPages().length + targets.length + 1)
    expect(findDeadLinks(join(folder, 'built'))).toEqual([])
  })

  test('has the anchors that GitHub has', () => {
    const html = built('reference/errors.html')
    for (const anchor of anchorsOf(readProjectFile('docs/reference/errors.md'))) {
      expect(html).toContain(` id="${anchor}"`)
    }
  })

  test('runs nothing', () => {
    expect(built('index.html')).not.toMatch(/<script|<iframe| on\w+="/)
  })
})

describe('the API reference', () => {
  const subpaths = readSubpaths(exports, (path) => join(ROOT, path))

  test.each(targets)('%s: all that it exports, with a sentence about it', async (key, target) => {
    const subpath = subpaths.find(({ name }) => name === key.replace('.', 'cpns'))
    const names = subpath?.room.exports.map(({ name }) => name) ?? []
    const room = (await import(join(ROOT, target.default))) as object
    expect(Object.keys(room).filter((name) => !names.includes(name))).toEqual([])
    expect(subpath?.room.doc).not.toBe('')
    expect(subpath?.room.exports.filter(({ doc }) => doc === '').map(({ name }) => name)).toEqual(
      [],
    )
  })

  test('links the types of a declaration', () => {
    expect(built('api/gba.html')).toMatch(/<a href="[^"]*#Secret">Secret<\/a>/)
  })
})

test('a declaration is taken whole, with the docstring right before it', () => {
  const text = `/** The file. */
import { type A } from './a.ts';
/**
 * Does it; "}" is no end.
 */
export declare function f(options: {
    readonly a: '};';
}): void;
export interface B {
    /** } */
    c(): void;
}
`
  expect(statementsOf(text)).toEqual([
    { doc: 'The file.', code: "import { type A } from './a.ts';" },
    {
      doc: 'Does it; "}" is no end.',
      code: "export declare function f(options: {\n    readonly a: '};';\n}): void;",
    },
    { doc: '', code: 'export interface B {\n    /** } */\n    c(): void;\n}' },
  ])
})

test('Markdown: links lead to HTML, HTML is text, equal headings get anchors of their own', () => {
  const page = renderMarkdown('# A `b`\n\n[x](../README.md#y) <i>\n\n## C\n\n## C\n')
  expect(page.title).toBe('A b')
  expect(page.html).toContain('<a href="../index.html#y">x</a> &lt;i&gt;')
  expect(page.html).toContain('<h2 id="c">')
  expect(page.html).toContain('<h2 id="c-1">')
})

describe('dead links', () => {
  const check = (html: string): string[] => {
    const place = mkdtempSync(join(folder, 'dead-'))
    mkdirSync(join(place, 'sub'))
    writeFileSync(join(place, 'sub', 'page.html'), html)
    writeFileSync(join(place, 'other.html'), '<h2 id="there">there</h2>')
    return findDeadLinks(place)
  }

  test.each([
    ['<a href="gone.html">', 'gone.html is not there'],
    ['<a href="../other.html#gone">', 'no such anchor'],
    ['<a href="#gone">', 'no such anchor'],
    ['<p id="a"><p id="a">', 'a is there twice'],
    ['<img src="https://example.org/a.png">', 'fetches https://example.org/a.png'],
    ['<link rel="stylesheet" href="//example.org/a.css">', 'fetches //example.org/a.css'],
  ])('%s', (html, wrong) => {
    expect(check(html)).toEqual([expect.stringContaining(wrong)])
  })

  test('what is there is not dead', () => {
    const html = '<a href="../other.html#there">a</a> <a href="https://example.org/">b</a>'
    expect(check(html)).toEqual([])
  })
})
