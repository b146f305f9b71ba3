/** The frame of every page: navigation, styles, no script, nothing from elsewhere. */
import { dirname, relative } from 'node:path/posix'
import { escapeHtml, type NavigationPart } from './markdown.ts'

/** A page before it has its frame. */
export interface SitePage {
  /** In the site, with slashes. */
  readonly path: string
  readonly title: string
  readonly body: string
}

/** The whole page. */
export function framed(page: SitePage, navigation: readonly NavigationPart[]): string {
  const to = (path: string): string => relative(dirname(page.path), path) || path
  const parts = navigation.map((part) => navigationPart(part, page.path, to)).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title)} · cpns</title>
<link rel="stylesheet" href="${to('style.css')}">
<link rel="icon" href="data:,">
</head>
<body>
<header><a href="${to('index.html')}">cpns</a> <a class="to-pages" href="#all-pages">Pages</a></header>
<main>
${page.body}
</main>
<nav id="all-pages" aria-label="Pages">
${parts}
</nav>
</body>
</html>
`
}

function navigationPart(
  { title, pages }: NavigationPart,
  current: string,
  to: (path: string) => string,
): string {
  const isOpen = pages.some(({ path }) => path === current)
  const items = pages.map(({ title: text, path }) => {
    const here = path === current ? ' aria-current="page"' : ''
    return `<li><a href="${to(path)}"${here}>${escapeHtml(text)}</a></li>`
  })
  return `<details${isOpen ? ' open' : ''}><summary>${escapeHtml(title)}</summary><ul>${items.join('')}</ul></details>`
}

/** Styles of the site. */
export const STYLE = `
:root { --ink: #1b1f24; --soft: #57606a; --paper: #fff; --panel: #f4f6f8; --line: #d5dae0; --link: #0757a8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e7ec; --soft: #9aa5b1; --paper: #14181d; --panel: #1d232a; --line: #343c46; --link: #79b8ff }
}
* { box-sizing: border-box }
html { scroll-padding-top: 1rem }
body { margin: 0; color: var(--ink); background: var(--paper); font: 1rem/1.55 system-ui, sans-serif;
  display: grid; grid-template: 'header main' auto 'nav main' 1fr / 19rem minmax(0, 1fr) }
a { color: var(--link) }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
header { grid-area: header; padding: 1rem 1.25rem .5rem; background: var(--panel); border-right: 1px solid var(--line) }
header .to-pages { display: none }
header a { font-weight: 700; font-size: 1.25rem; color: var(--ink); text-decoration: none }
nav { grid-area: nav; padding: 0 1.25rem 2rem; background: var(--panel); border-right: 1px solid var(--line);
  font-size: .9rem }
nav summary { cursor: pointer; padding: .35rem 0; font-weight: 600 }
nav ul { list-style: none; margin: 0 0 .5rem; padding: 0 0 0 .9rem }
nav li { margin: .2rem 0 }
nav a { text-decoration: none; overflow-wrap: anywhere }
nav a[aria-current] { color: var(--ink); font-weight: 600 }
main { grid-area: main; padding: 1.25rem 2.5rem 4rem; max-width: 62rem; min-width: 0; overflow-wrap: break-word }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .2rem 0 1rem; text-wrap: balance }
h2 { font-size: 1.35rem; margin: 2.2rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line) }
h3 { font-size: 1.1rem; margin: 1.6rem 0 .4rem }
.here { color: var(--soft); text-decoration: none; font-weight: 400; opacity: 0 }
:is(h2, h3, h4):hover .here, .here:focus { opacity: 1 }
.kind { color: var(--soft); font-size: .85rem; font-weight: 400 }
code { font: .875em/1.45 ui-monospace, 'DejaVu Sans Mono', monospace; background: var(--panel); padding: .1em .3em;
  border-radius: 3px }
pre { overflow-x: auto; padding: .8rem 1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px }
pre code, h2 code, nav code, .names code { background: none; padding: 0 }
pre a { text-decoration-color: var(--line); text-underline-offset: .2em }
.comment { color: var(--soft) }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: .92rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border-bottom: 1px solid var(--line) }
th { border-bottom-width: 2px }
td p { margin: 0 }
.count { text-align: right; font-variant-numeric: tabular-nums }
.names { columns: 15rem; padding: 0; list-style: none; font-size: .92rem }
.tags { padding-left: 1.1rem }
@media (max-width: 50rem) {
  body { display: block }
  header { display: flex; justify-content: space-between; align-items: baseline; padding-bottom: .8rem }
  header .to-pages { display: block; font-size: 1rem; color: var(--link) }
  header, nav { border-right: 0; border-block: 1px solid var(--line) }
  nav { padding-top: .6rem }
  nav summary { padding: .5rem 0 }
  main { padding: 1rem 1rem 3rem }
}
@media print { header, nav, .here { display: none } body { display: block } }
`
