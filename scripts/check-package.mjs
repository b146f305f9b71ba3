// Packs the project, unpacks it beside its dependencies, and uses it as a stranger would: every subpath
// imports and type-checks, and the command runs. Prints what the package weighs.
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
const place = mkdtempSync(join(tmpdir(), 'cpns-package-'))
const run = (command, args, cwd = place) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

try {
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', place], root),
  )
  const { filename, entryCount } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0]
  const modules = join(place, 'node_modules')
  mkdirSync(modules)
  run('tar', ['-xzf', join(place, filename), '-C', place])
  symlinkSync(join(place, 'package'), join(modules, 'cpns'))
  // Dependencies are those of this checkout: installing them again would compile SQLite once more.
  symlinkSync(join(root, 'node_modules'), join(place, 'package', 'node_modules'))
  symlinkSync(join(root, 'node_modules', '@types'), join(modules, '@types'))

  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const subpaths = Object.keys(manifest.exports)
    .filter((key) => key !== './package.json')
    .map((key) => key.replace(/^\./, 'cpns'))
  writeFileSync(join(place, 'package.json'), '{"type":"module"}')
  const lines = subpaths.map(
    (path, n) =>
      `import * as room${n} from '${path}'\nif (Object.keys(room${n}).length === 0) throw new Error('${path} exports nothing')\n`,
  )
  writeFileSync(join(place, 'stranger.ts'), lines.join(''))
  writeFileSync(
    join(place, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'NodeNext',
        target: 'ES2023',
        strict: true,
        types: ['node'],
        outDir: 'out',
        skipLibCheck: true,
      },
      files: ['stranger.ts'],
    }),
  )
  run(process.execPath, [tsc, '-p', '.'])
  run(process.execPath, [join('out', 'stranger.js')])
  const version = run(process.execPath, [
    join('package', 'dist', 'cli', 'main.js'),
    '--version',
  ]).trim()
  const kilobytes = Math.round(statSync(join(place, filename)).size / 1024)
  const dependencies = Object.keys(manifest.dependencies).length
  console.log(
    `package ${version}: ${kilobytes} kB packed, ${entryCount} files, ${dependencies} direct dependencies, ${subpaths.length} subpaths import and type-check`,
  )
} finally {
  rmSync(place, { recursive: true, force: true })
}
