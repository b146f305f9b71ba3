/** Pages in Markdown, as HTML of the site. */
import { Marked, type Token } from 'marked'

/** Text of a page or an attribute, so that nothing in it is taken for HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Where a page of `docs/` (or the README of the docs, which is the index) stands in the site. */
export function htmlPathOf(path: string): string {
  return path.replace(/(^|\/)README\.md$/, '$1index.html').replace(/\.md$/, '.html')
}

/** A page rendered: its title without marks, and the HTML of all of it. */
export interface RenderedPage {
  readonly title: string
  readonly html: string
}

/** Headings get the anchors that GitHub gives them; links to pages lead to their HTML; HTML is shown as text. */
export function renderMarkdown(text: string): RenderedPage {
  const used = new Map<string, number>()
  let title = ''
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text: raw }) {
        const slug = slugOf(raw)
        const count = used.get(slug) ?? 0
        used.set(slug, count + 1)
        const id = count === 0 ? slug : `${slug}-${count}`
        if (title === '') title = plainText(tokens)
        const inner = this.parser.parseInline(tokens)
        const here =
          depth > 1 ? ` <a class="here" href="#${id}" aria-label="Link to here">#</a>` : ''
        return `<h${depth} id="${id}">${inner}${here}</h${depth}>\n`
      },
      link({ href, tokens }) {
        const [path = '', anchor] = href.split('#')
        const isPage = !/^[a-z]+:/.test(href) && path.endsWith('.md')
        const target = isPage
          ? `${htmlPathOf(path)}${anchor === undefined ? '' : `#${anchor}`}`
          : href
        return `<a href="${escapeHtml(target)}">${this.parser.parseInline(tokens)}</a>`
      },
      html({ text: raw }) {
        return escapeHtml(raw)
      },
    },
  })
  const html = marked.parse(text, { async: false })
  const wide = html
    .replaceAll('<table>', '<div class="wide" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>')
    .replaceAll('<pre>', '<pre tabindex="0">')
  return { title, html: wide }
}

/** A docstring or other text without headings. */
export function renderProse(text: string): string {
  return renderMarkdown(text).html
}

/** A part of the navigation: a heading of the index with the pages below it. */
export interface NavigationPart {
  readonly title: string
  readonly depth: number
  readonly pages: readonly { readonly title: string; readonly path: string }[]
}

/** The index as navigation: its headings, and below each the pages that its list links to. */
export function navigationOf(index: string): NavigationPart[] {
  const parts: { title: string; depth: number; pages: { title: string; path: string }[] }[] = []
  for (const token of new Marked().lexer(index)) {
    if (token.type === 'heading' && token.depth > 1) {
      parts.push({ title: token.text, depth: token.depth, pages: [] })
    } else if (token.type === 'list') {
      for (const { href, tokens } of linksIn(token)) {
        parts.at(-1)?.pages.push({ title: plainText(tokens), path: htmlPathOf(href) })
      }
    }
  }
  return parts
}

function linksIn(token: Token): { href: string; tokens: Token[] }[] {
  if (token.type === 'link') return [{ href: token.href as string, tokens: token.tokens ?? [] }]
  const children =
    'items' in token ? (token.items as Token[]) : ((token as { tokens?: Token[] }).tokens ?? [])
  return children.flatMap(linksIn)
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      const { tokens: inner, text = '' } = token as { tokens?: Token[]; text?: string }
      return inner === undefined || inner.length === 0 ? text : plainText(inner)
    })
    .join('')
    .replace(/\s+/g, ' ')
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
