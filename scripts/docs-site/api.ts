/** The API reference: a page for each public subpath. */
import { type Declared, type Room, readRoom } from './declarations.ts'
import { escapeHtml, renderProse } from './markdown.ts'

/** A subpath that the package exports. */
export interface Subpath {
  /** As it is imported, for instance `cpns/gba`. */
  readonly name: string
  /** Its page below `api/`. */
  readonly page: string
  readonly room: Room
}

/** @param exports Those of `package.json`. @param fileOf Where a path of the package is on disk. */
export function readSubpaths(
  exports: Readonly<Record<string, unknown>>,
  fileOf: (path: string) => string,
): Subpath[] {
  return Object.entries(exports).flatMap(([key, target]) => {
    if (typeof target !== 'object' || target === null || !('types' in target)) return []
    const short = key.slice(2)
    const room = readRoom(fileOf(String(target.types)))
    return [{ name: `cpns/${short}`, page: `${short}.html`, room }]
  })
}

/** Body of the page of a subpath. Types that a subpath exports are links. */
export function apiPage(subpath: Subpath, all: readonly Subpath[]): string {
  const { name, room } = subpath
  const linkOf = linksFrom(subpath, all)
  const list = room.exports
    .map(({ name: one }) => `<li><a href="#${one}"><code>${one}</code></a></li>`)
    .join('')
  const sections = room.exports.map((declared) => sectionOf(declared, linkOf)).join('')
  const usage = escapeHtml(`import * as ${localName(name)} from '${name}'`)
  return `<h1>${name}</h1>
${renderProse(room.doc)}<pre tabindex="0"><code>${usage}</code></pre>
<ul class="names">${list}</ul>
${sections}`
}

/** Body of the page that lists the subpaths. */
export function apiIndex(all: readonly Subpath[]): string {
  const rows = all.map(({ name, page, room }) => {
    const count = `<td class="count">${room.exports.length}</td>`
    return `<tr><td><a href="${page}"><code>${name}</code></a></td>${count}<td>${renderProse(room.doc)}</td></tr>`
  })
  return `<h1>API reference</h1>
<p>Every public subpath of the package, made of its docstrings. What is not here is not public.</p>
<div class="wide" tabindex="0"><table><thead><tr><th>import from</th><th>names</th><th>what it is</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`
}

function localName(name: string): string {
  return name.replace('cpns/', '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function sectionOf(
  { name, kind, doc, code }: Declared,
  linkOf: (name: string) => string | undefined,
): string {
  const shown = code.replaceAll('export declare ', '').replaceAll(/^export /gm, '')
  const parts = /\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|[A-Za-z_$][\w$]*|[^A-Za-z_$'/]+|[\s\S]/g
  const html = (shown.match(parts) ?? []).map((part) => {
    if (part.startsWith('/*')) return `<span class="comment">${escapeHtml(part)}</span>`
    const link = part === name ? undefined : linkOf(part)
    return link === undefined ? escapeHtml(part) : `<a href="${link}">${part}</a>`
  })
  return `<section>
<h2 id="${name}"><code>${name}</code> <span class="kind">${kind}</span> <a class="here" href="#${name}" aria-label="Link to here">#</a></h2>
${renderDoc(doc)}<pre tabindex="0"><code>${html.join('')}</code></pre>
</section>
`
}

/** The text, then its tags as a list. `@returns` may stand in the middle of a line. */
function renderDoc(doc: string): string {
  const [text = '', ...tags] = doc.split(
    /(?<=^|\s)@(?=(?:param|returns|throws|example|see|deprecated)\b)/,
  )
  const items = tags.map((tag) => {
    const [, word = '', what = ''] = /^(\w+)\s*([\s\S]*)$/.exec(tag) ?? []
    const [, subject = '', rest = what] = /^\{?([\w$.]+)\}?\s+([\s\S]*)$/.exec(what) ?? []
    const isNamed = word === 'param' || (word === 'throws' && what.startsWith('{'))
    const body = isNamed ? `\`${subject}\` ${rest}` : what
    return `<li><b>${word}</b> ${renderProse(body).replace(/^<p>|<\/p>\n$/g, '')}</li>`
  })
  return `${renderProse(text)}${items.length > 0 ? `<ul class="tags">${items.join('')}</ul>` : ''}`
}

/** An own name first; else that of the one other subpath that has it. */
function linksFrom(own: Subpath, all: readonly Subpath[]): (name: string) => string | undefined {
  const links = new Map<string, string | undefined>()
  for (const { page, room } of all.filter((one) => one !== own)) {
    for (const { name } of room.exports.filter(isType)) {
      links.set(name, links.has(name) ? undefined : `${page}#${name}`)
    }
  }
  for (const { name } of own.room.exports.filter(isType)) links.set(name, `#${name}`)
  return (name) => links.get(name)
}

/** Functions and constants have names that parameters have too. */
function isType({ kind }: Declared): boolean {
  return kind !== 'function' && kind !== 'const'
}
