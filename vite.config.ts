/** Builds the console's page into dist/console/page: no source maps, nothing inline, no other origin. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: pathOf('src/console'),
  base: '/console/',
  build: {
    outDir: pathOf('dist/console/page'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    license: { fileName: 'licences.md' },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
})
