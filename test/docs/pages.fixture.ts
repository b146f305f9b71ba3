/** The documents and the sources as data, for the tests that hold them against each other. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/** Top folder of the project. */
export const ROOT = resolve(import.meta.dirname, '../..')

/** A text file, by its path below the project, with slashes. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

/** A Markdown table; cells keep their back-ticks. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A fenced block of code. */
export interface Fence {
  readonly language: string
  readonly lines: readonly string[]
}

/** A file of the project. */
export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** A page below docs/. */
export function readPage(path: string): string {
  return readProjectFile(`docs/${path}`)
}

/** All pages below docs/. */
export function allPages(): TextFile[] {
  return filesBelow('docs', (path) => path.endsWith('.md'))
}

/** All sources below src/ that are no tests, schemas among them. */
export function allSources(): TextFile[] {
  return filesBelow(
    'src',
    (path) => /\.(ts|xsd)$/.test(path) && !/\.(test|fixture)\.ts$/.test(path),
  )
}

/** The part of a page under a heading, to the next heading of its level or above. */
export function sectionOf(page: string, title: string): string {
  const lines = withoutFences(page)
  const start = lines.findIndex((line) => headingOf(line)?.title === title)
  if (start < 0) throw new Error(`there is no heading "${title}"`)
  const level = headingOf(lines[start] as string)?.level ?? 1
  const length = lines
    .slice(start + 1)
    .findIndex((line) => (headingOf(line)?.level ?? Number.POSITIVE_INFINITY) <= level)
  const end = length < 0 ? lines.length : start + 1 + length
  return page.split('\n').slice(start, end).join('\n')
}

/** All tables of a text, in order. */
export function tablesOf(text: string): Table[] {
  const tables: { header: readonly string[]; rows: string[][] }[] = []
  let open: (typeof tables)[number] | undefined
  for (const line of withoutFences(text)) {
    if (!line.startsWith('|')) open = undefined
    else if (open === undefined) {
      open = { header: cellsOf(line), rows: [] }
      tables.push(open)
    } else if (!/^\|[\s|:-]+\|$/.test(line)) open.rows.push(cellsOf(line))
  }
  return tables
}

/** The one table of a section. */
export function tableUnder(page: string, title: string): Table {
  const [table, ...others] = tablesOf(sectionOf(page, title))
  if (table === undefined || others.length > 0) throw new Error(`no one table under "${title}"`)
  return table
}

/** Of a list item it is indented. */
const FENCE = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm

/** The fenced blocks of a text, in order. */
export function fencesOf(text: string): Fence[] {
  return [...text.matchAll(FENCE)].map(([, indent = '', language = '', body = '']) => ({
    language,
    lines: body
      .split('\n')
      .slice(0, -1)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)),
  }))
}

/** What stands between the back-ticks of a text. */
export function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string)
}

/** Anchors of the headings of a page, as GitHub makes them. */
export function anchorsOf(page: string): string[] {
  return withoutFences(page).flatMap((line) => {
    const title = headingOf(line)?.title
    return title === undefined ? [] : [slugOf(title)]
  })
}

/** Docstrings and comments of a source, without code between back-ticks. */
export function proseOf(source: string): string {
  const comments = source.match(/\/\*\*?[\s\S]*?\*\/|^\s*\/\/.*$|<!--[\s\S]*?-->/gm) ?? []
  return comments.join('\n').replace(/`[^`]*`/g, ' ')
}

/** A text on one line, so that what was wrapped can be compared. */
export function unwrapped(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function filesBelow(folder: string, isWanted: (path: string) => boolean): TextFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter(isWanted)
    .sort()
    .map((path) => ({ path, text: readProjectFile(path) }))
}

/** The lines of a text, those inside fences being empty. */
function withoutFences(text: string): string[] {
  let isInside = false
  return text.split('\n').map((line) => {
    if (!line.startsWith('```')) return isInside ? '' : line
    isInside = !isInside
    return ''
  })
}

function headingOf(line: string): { level: number; title: string } | undefined {
  const [, marks, title] = /^(#{1,6}) (.+)$/.exec(line) ?? []
  return marks === undefined || title === undefined ? undefined : { level: marks.length, title }
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}
