// Compiles src/ to dist/, copies its data files (schemas), and builds the console's page, so that the
// package runs without src/. Writes the JSON Schemas of configuration files.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const consoleSource = join(root, 'src', 'console')
const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')

const compiled = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
})
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

cpSync(join(root, 'src'), join(root, 'dist'), {
  recursive: true,
  filter: (source) =>
    source !== consoleSource && (statSync(source).isDirectory() || !source.endsWith('.ts')),
})

await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })

// What `cpns config schema` prints, for editors and other programs that have the package.
const schemas = join(root, 'dist', 'cli', 'schemas')
const { CONFIGURED, configSchemaOf } = await import('../dist/cli/config-schema.js')
const { createProgram } = await import('../dist/cli/program.js')
mkdirSync(schemas, { recursive: true })
for (const entity of CONFIGURED) {
  const text = JSON.stringify(configSchemaOf(createProgram(), entity), null, 2)
  writeFileSync(join(schemas, `${entity}.json`), `${text}\n`)
}

const main = join(root, 'dist', 'cli', 'main.js')
if (existsSync(main)) chmodSync(main, 0o755)
