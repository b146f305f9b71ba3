import { join } from 'node:path'
import { format } from 'node:util'
import { expect, test } from 'vitest'
import { allPages, type Fence, fencesOf, ROOT, readProjectFile } from './pages.fixture.ts'

/** A program, and what the page says it prints. */
interface Program {
  readonly path: string
  readonly number: number
  readonly source: string
  readonly printed: readonly string[]
}

function programsOf(path: string, fences: readonly Fence[]): Program[] {
  return fences.flatMap((fence, index) => {
    if (fence.language !== 'ts') return []
    const next = fences[index + 1]
    const printed = next?.language === 'text' ? next.lines : []
    return [{ path, number: index + 1, source: fence.lines.join('\n'), printed }]
  })
}

const programs = allPages().flatMap(({ path, text }) => programsOf(path, fencesOf(text)))

/** What `cpns/<room>` exports, from the source: the package itself is checked when it is packed. */
function load(specifier: string): Promise<unknown> {
  const room = specifier.replace(/^cpns\//, '')
  return import(/* @vite-ignore */ join(ROOT, 'src', room, 'index.ts'))
}

/** Runs a program of plain JavaScript whose only imports are rooms of this package. */
async function run(source: string): Promise<string[]> {
  const lines: string[] = []
  const print = { log: (...values: unknown[]) => lines.push(...format(...values).split('\n')) }
  const body = source.replace(
    /^import (\{[^}]*\}) from '(cpns\/[\w-]+)'$/gm,
    (_, names: string, room: string) => `const ${names} = await load('${room}')`,
  )
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>
  await new AsyncFunction('load', 'console', body)(load, print)
  return lines
}

test.each(programs)('$path, block $number', async ({ source, printed }) => {
  expect(await run(source)).toEqual(printed)
})

/** Rooms that a subpath names, as the package exports them. */
const { exports: SUBPATHS } = JSON.parse(readProjectFile('package.json')) as {
  exports: Record<string, { default: string }>
}

const IMPORT = /^import \{([^}]*)\} from 'cpns\/([\w-]+)'$/gm
const imports = allPages().flatMap(({ path, text }) =>
  fencesOf(text)
    .filter(({ language }) => language === 'js')
    .flatMap(({ lines }) => [...lines.join('\n').matchAll(IMPORT)])
    .map(([, names = '', room = '']) => ({ path, room, names: names.split(',') })),
)

test.each(imports)('$path: cpns/$room exports $names', async ({ room, names }) => {
  const built = SUBPATHS[`./${room}`]?.default ?? ''
  const source = built.replace('./dist/', './src/').replace(/\.js$/, '.ts')
  const exported = (await import(/* @vite-ignore */ join(ROOT, source))) as object
  expect(names.map((name) => name.trim()).filter((name) => !(name in exported))).toEqual([])
})
