/** Links of a built site that lead nowhere. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/**
 * One line for each thing that is wrong: a page or file that is not there, an anchor that is not there or is
 * there twice, and whatever a browser would fetch from elsewhere.
 *
 * @param folder The built site.
 */
export function findDeadLinks(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  const pages = new Map(
    files
      .filter((file) => file.endsWith('.html'))
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  )
  const anchors = new Map([...pages].map(([file, html]) => [file, attributesIn(html, 'id')]))
  return [...pages].flatMap(([page, html]) => {
    const ids = anchors.get(page) ?? []
    const doubled = ids.filter((id, index) => ids.indexOf(id) !== index)
    const fetched = [...attributesIn(html, 'src'), ...stylesheetsIn(html)]
    return [
      ...doubled.map((id) => `${page}: the anchor ${id} is there twice`),
      ...fetched
        .filter((address) => isElsewhere(address) && !address.startsWith('data:'))
        .map((address) => `${page}: fetches ${address}`),
      ...[...attributesIn(html, 'href'), ...attributesIn(html, 'src')]
        .filter((address) => !isElsewhere(address))
        .flatMap((address) => {
          const [path = '', anchor] = address.split('#')
          const target = path === '' ? page : normalize(join(dirname(page), decodeURI(path)))
          if (!files.includes(target)) return [`${page}: ${address} is not there`]
          const isDead = anchor !== undefined && !anchors.get(target)?.includes(decodeURI(anchor))
          return isDead ? [`${page}: ${address}: no such anchor`] : []
        }),
    ]
  })
}

function isElsewhere(address: string): boolean {
  return /^([a-z]+:|\/\/)/i.test(address)
}

/** Text cannot look like an attribute: its quotes are escaped. */
function attributesIn(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(`<[^<>]*?\\s${name}="([^"]*)"`, 'g'))].map((match) =>
    (match[1] as string).replaceAll('&amp;', '&'),
  )
}

function stylesheetsIn(html: string): string[] {
  return (html.match(/<link [^>]*>/g) ?? []).flatMap((link) => attributesIn(link, 'href'))
}
