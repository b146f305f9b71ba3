// Packs the project, unpacks it beside its dependencies, and uses it as a stranger would: every subpath
// imports and type-checks, `npx cpns lab --once` tells its story, and a lab that stays up serves its
// console. Prints what the package weighs.
import { execFileSync, spawn } from 'node:child_process'
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
const modules = join(place, 'node_modules')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const run = (command, args, cwd = place) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

/** Starts a lab of the package, and takes its page with all that the page names. @returns How many files. */
async function fetchConsole() {
  const lab = spawn(process.execPath, [join(modules, 'cpns', manifest.bin.cpns), 'lab'], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  })
  try {
    const url = await consoleUrl(lab)
    const page = await fetchText(url)
    const names = [...page.matchAll(/ (?:src|href)="([^":]+)"/g)].map((match) => match[1])
    if (names.length === 0) throw new Error('the page of the console names no file')
    for (const name of names) await fetchText(new URL(name, url))
    return 1 + names.length
  } finally {
    lab.kill()
  }
}

function consoleUrl(lab) {
  return new Promise((resolve, reject) => {
    let text = ''
    lab.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      const url = /^ *console +(http:\S+)/m.exec(text)?.[1]
      if (url !== undefined) resolve(url)
    })
    lab.once('exit', () => reject(new Error(`the lab ended without naming its console: ${text}`)))
  })
}

async function fetchText(url) {
  const answer = await fetch(url)
  const text = await answer.text()
  if (!answer.ok || text === '') throw new Error(`${url}: status ${answer.status}`)
  return text
}

try {
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', place], root),
  )
  const { filename, entryCount } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0]
  mkdirSync(modules)
  run('tar', ['-xzf', join(place, filename), '-C', place])
  symlinkSync(join(place, 'package'), join(modules, 'cpns'))
  // Dependencies are those of this checkout: installing them again would compile SQLite once more.
  symlinkSync(join(root, 'node_modules'), join(place, 'package', 'node_modules'))
  symlinkSync(join(root, 'node_modules', '@types'), join(modules, '@types'))

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
  mkdirSync(join(modules, '.bin'))
  symlinkSync(join('..', 'cpns', manifest.bin.cpns), join(modules, '.bin', 'cpns'))
  const version = run('npx', ['--no', '--', 'cpns', '--version']).trim()
  const story = run('npx', ['--no', '--', 'cpns', 'lab', '--once'])
  if (!story.includes('every step did what it should')) throw new Error(story)
  const consoleFiles = await fetchConsole()
  const kilobytes = Math.round(statSync(join(place, filename)).size / 1024)
  const dependencies = Object.keys(manifest.dependencies).length
  console.log(
    `package ${version}: ${kilobytes} kB packed, ${entryCount} files, ${dependencies} direct dependencies, ${subpaths.length} subpaths import and type-check; lab --once passed, console with ${consoleFiles} files served`,
  )
} finally {
  rmSync(place, { recursive: true, force: true })
}
