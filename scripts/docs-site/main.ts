/** `npm run docs`: builds the site into dist-docs/ and fails if a link in it is dead. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSite } from './build-site.ts'
import { findDeadLinks } from './dead-links.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const folder = join(root, 'dist-docs')
const { pages, names } = buildSite(root, folder)
const dead = findDeadLinks(folder)
for (const line of dead) console.error(line)
console.log(
  `dist-docs: ${pages} pages, ${names} names in the API reference, ${dead.length} dead links`,
)
if (dead.length > 0) process.exitCode = 1
