/** Where the built page of the console is, for a program that was built and for its sources alike. */
import { fileURLToPath } from 'node:url'

/** Folder with `index.html`; `npm run build` makes it. */
export const CONSOLE_PAGE = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/console/page' : '../console/page',
    import.meta.url,
  ),
)
