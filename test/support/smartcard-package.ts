/** The npm package `smartcard`, which is no dependency of ours: compiled once into a folder of its own. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

const NAME = 'smartcard@3.7.0'
const BUILT = join('smartcard', 'build', 'Release', 'smartcard_napi.node')

/**
 * A folder for NODE_PATH that has the package.
 *
 * @returns `undefined` and a warning if it cannot be had; with `CI` or `CPNS_INTEROP` that is an error.
 */
export function findSmartcardPackage(environment = process.env): string | undefined {
  const place = join(tmpdir(), `cpns-${NAME.replace('@', '-')}-${userInfo().uid}`)
  const modules = join(place, 'node_modules')
  if (existsSync(join(modules, BUILT))) return modules
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 })
    const flags = ['--no-save', '--no-audit', '--no-fund', '--prefix', place]
    execFileSync('npm', ['install', ...flags, NAME], { cwd: place, stdio: 'ignore' })
  } catch {
    // Said below.
  }
  if (existsSync(join(modules, BUILT))) return modules
  const message = `interop: npm install ${NAME} failed (it needs Debian package libpcsclite-dev)`
  if (environment.CI || environment.CPNS_INTEROP) throw new Error(message)
  // biome-ignore lint/suspicious/noConsole: whoever runs the tests has to see it.
  console.warn(`\n*** ${message}: ITS TESTS ARE SKIPPED ***\n`)
  return undefined
}
