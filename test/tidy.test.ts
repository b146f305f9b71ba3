/** The house rules that a program can check: layers, cycles, sizes, docstrings, citations, test neighbours. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')

/** Design 3: imports point down only; folders of one layer that may not see each other are roles and apps. */
const LAYERS: Readonly<Record<string, number>> = {
  octets: 0,
  errors: 0,
  ports: 0,
  trace: 0,
  crypto: 1,
  identity: 1,
  aka: 2,
  apdu: 2,
  diameter: 2,
  'http-digest': 2,
  xml: 2,
  gba: 3,
  naf: 3,
  sbi: 3,
  cpns: 3,
  uicc: 4,
  hss: 4,
  bsf: 4,
  'cpns-server': 4,
  'pn-gw': 4,
  pne: 4,
  app: 4,
  adapters: 5,
  cli: 6,
  lab: 6,
  console: 6,
}
const ROLE_LAYER = 4
const APPS_LAYER = 6
const MAX_FILE_LINES = 300
const MAX_FUNCTION_LINES = 70
const MAX_COLUMNS = 100

interface Source {
  /** Path below src/, with slashes. */
  readonly path: string
  readonly folder: string
  readonly text: string
  /** Paths below src/ of what it imports from the house. */
  readonly imports: readonly string[]
}

function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

function readSource(file: string): Source {
  const text = readFileSync(file, 'utf8')
  const path = relative(SRC, file)
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(
    (m) => m[1] as string,
  )
  const imports = specifiers.map((specifier) => relative(SRC, resolve(dirname(file), specifier)))
  return { path, folder: path.split('/')[0] as string, text, imports }
}

const everything = typescriptFiles(SRC).map(readSource)
const sources = everything.filter(({ path }) => !/\.(test|fixture)\.tsx?$/.test(path))
const folderOf = (path: string): string => path.split('/')[0] as string

describe('layers', () => {
  test('every folder of src/ has a layer', () => {
    expect(everything.map(({ folder }) => folder).filter((folder) => !(folder in LAYERS))).toEqual(
      [],
    )
  })

  test('imports point down, and roles never import each other', () => {
    const wrong = sources.flatMap(({ path, folder, imports }) =>
      imports
        .filter((target) => folderOf(target) !== folder)
        .filter((target) => {
          const own = LAYERS[folder] as number
          const other = LAYERS[folderOf(target)] ?? -1
          if (own === other) return own === ROLE_LAYER
          return other > own
        })
        .map((target) => `${path} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('no file imports itself by a detour, and no folder does', () => {
    const byPath = new Map(sources.map((source) => [source.path, source.imports]))
    expect(findCycle(byPath)).toBeUndefined()
    const byFolder = new Map<string, string[]>()
    for (const { folder, imports } of sources) {
      const others = imports.map(folderOf).filter((other) => other !== folder)
      byFolder.set(folder, [...(byFolder.get(folder) ?? []), ...others])
    }
    expect(findCycle(byFolder)).toBeUndefined()
  })

  test('only apps read the environment', () => {
    const wrong = sources
      .filter(({ folder }) => LAYERS[folder] !== APPS_LAYER)
      .filter(({ text }) => /process\.(env|argv|exit)\b/.test(text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  test('sockets, clocks, randomness and files are handed in below the edge', () => {
    const impure =
      /from 'node:(?:net|http|https|http2|tls|fs|fs\/promises|dgram)'|Date\.now\(|Math\.random|setTimeout\(|randomBytes/
    const wrong = sources
      .filter(({ folder }) => (LAYERS[folder] as number) <= ROLE_LAYER)
      .filter(({ text }) => impure.test(text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})

describe('trust in TLS', () => {
  const containing = (word: string): string[] =>
    sources.filter(({ text }) => text.includes(word)).map(({ path }) => path)

  test('no check of certificates is turned off (design 7)', () => {
    expect(containing('rejectUnauthorized')).toEqual([])
    expect(containing('NODE_TLS_REJECT_UNAUTHORIZED')).toEqual([])
  })

  test('the name in a certificate is judged otherwise only where none is accepted: PSK', () => {
    expect(containing('checkServerIdentity')).toEqual(['adapters/naf/psk-client.ts'])
  })
})

describe('sizes', () => {
  test(`no file over ${MAX_FILE_LINES} lines`, () => {
    const long = sources.filter(({ text }) => text.split('\n').length - 1 > MAX_FILE_LINES)
    expect(long.map(({ path }) => path)).toEqual([])
  })

  test(`no line over ${MAX_COLUMNS} columns, but for strings and comments that cannot break`, () => {
    const wide = sources.flatMap(({ path, text }) =>
      text
        .split('\n')
        .map((line, index) => ({ line, at: `${path}:${index + 1}` }))
        .filter(({ line }) => line.length > MAX_COLUMNS && !/['`"*/]/.test(line))
        .map(({ at }) => at),
    )
    expect(wide).toEqual([])
  })

  test(`no function over ${MAX_FUNCTION_LINES} lines`, () => {
    const long = sources.flatMap(({ path, text }) =>
      topLevelFunctions(text)
        .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
        .map(({ name, lines }) => `${path} ${name}: ${lines}`),
    )
    expect(long).toEqual([])
  })
})

describe('documentation', () => {
  test('every file says first what it is', () => {
    const silent = sources.filter(({ text }) => !/^(?:#![^\n]*\n)?\/\*\*/.test(text))
    expect(silent.map(({ path }) => path)).toEqual([])
  })

  test('every export carries a docstring', () => {
    const exported =
      /^export (?:abstract |async )*(?:function\*?|class|interface|type|const|enum) (\w+)/
    const bare = sources.flatMap(({ path, text }) => {
      const lines = text.split('\n')
      return lines.flatMap((line, index) => {
        const name = exported.exec(line)?.[1]
        return name !== undefined && !isDocumented(lines, index) ? [`${path}: ${name}`] : []
      })
    })
    expect(bare).toEqual([])
  })

  test('no unfinished work and no type holes', () => {
    const hole = /\b(TODO|FIXME|XXX)\b|@ts-ignore|@ts-nocheck|:\s*any\b|export default/
    const wrong = everything.filter(({ text }) => hole.test(text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})

describe('tests', () => {
  test('every source with code in it has a test of its name beside it', () => {
    const untested = sources
      .filter(({ text }) =>
        /^export (?:async )?(?:function|class|const)|^(?:const|function|await) /m.test(text),
      )
      .filter(({ path }) => {
        const beside = join(SRC, path.replace(/\.tsx?$/, '.test.ts'))
        return !existsSync(beside) && !existsSync(`${beside}x`)
      })
    expect(untested.map(({ path }) => path)).toEqual([])
  })
})

/** A cycle of the graph as a list of its nodes, or `undefined`. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const visit = (node: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node]
    if (done.has(node)) return undefined
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...trail, node])
      if (cycle !== undefined) return cycle
    }
    done.add(node)
    return undefined
  }
  for (const node of graph.keys()) {
    const cycle = visit(node, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** Functions at the start of a line: the formatter closes them with a brace at the start of a line. */
function topLevelFunctions(text: string): { name: string; lines: number }[] {
  const lines = text.split('\n')
  return lines.flatMap((line, start) => {
    const name = /^(?:export )?(?:async )?function\*? (\w+)/.exec(line)?.[1]
    if (name === undefined) return []
    const end = lines.findIndex((other, index) => index > start && other.startsWith('}'))
    return [{ name, lines: end - start + 1 }]
  })
}

function isDocumented(lines: readonly string[], index: number): boolean {
  if ((lines[index - 1] ?? '').trim().endsWith('*/')) return true
  // Overloads and companion declarations of one name share the docstring of the first.
  const name = /(?:function|const|type) (\w+)/.exec(lines[index] ?? '')?.[1]
  return lines
    .slice(0, index)
    .some((line) => new RegExp(`^export .*\\b(?:function|const|type) ${name}\\b`).test(line))
}
