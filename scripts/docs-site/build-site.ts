/** The documents and the API reference as a static site. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { apiIndex, apiPage, readSubpaths } from './api.ts'
import { framed, type SitePage, STYLE } from './layout.ts'
import { htmlPathOf, type NavigationPart, navigationOf, renderMarkdown } from './markdown.ts'

/** How much there is in the site. */
export interface BuiltSite {
  readonly pages: number
  /** Names in the API reference. */
  readonly names: number
}

/**
 * Writes the site; what was in its folder goes.
 *
 * @param root Top folder of the project; `dist/` is built.
 * @param folder Where the site goes.
 */
export function buildSite(root: string, folder: string): BuiltSite {
  const docs = join(root, 'docs')
  const navigation = navigationOf(readFileSync(join(docs, 'README.md'), 'utf8'))
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const subpaths = readSubpaths(exports, (path) => join(root, path))
  const api: NavigationPart = {
    title: 'API',
    depth: 2,
    pages: [
      { title: 'All subpaths', path: 'api/index.html' },
      ...subpaths.map(({ name, page }) => ({ title: name, path: `api/${page}` })),
    ],
  }
  const pages: SitePage[] = [
    ...markdownPages(docs),
    { path: 'api/index.html', title: 'API reference', body: apiIndex(subpaths) },
    ...subpaths.map((subpath) => ({
      path: `api/${subpath.page}`,
      title: subpath.name,
      body: apiPage(subpath, subpaths),
    })),
  ]
  rmSync(folder, { recursive: true, force: true })
  for (const page of pages) write(join(folder, page.path), framed(page, [...navigation, api]))
  write(join(folder, 'style.css'), STYLE.trimStart())
  const names = subpaths.reduce((sum, { room }) => sum + room.exports.length, 0)
  return { pages: pages.length, names }
}

function markdownPages(docs: string): SitePage[] {
  return readdirSync(docs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(docs, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => {
      const { title, html } = renderMarkdown(readFileSync(join(docs, path), 'utf8'))
      return { path: htmlPathOf(path), title, body: html }
    })
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
