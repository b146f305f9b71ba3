/**
 * What a room exports, read from the declarations that the compiler wrote. TypeScript 7 has no API for
 * programs; but its declarations have one form: statements begin at the start of a line, docstrings stand
 * right before them.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One exported name; overloads are one. */
export interface Declared {
  readonly name: string
  readonly kind: 'class' | 'function' | 'interface' | 'type' | 'const' | 'enum'
  /** Its docstring without the stars; empty if there is none. */
  readonly doc: string
  /** The declaration as it stands. */
  readonly code: string
}

/** A subpath: its docstring, and all that it exports, by name. */
export interface Room {
  readonly doc: string
  readonly exports: readonly Declared[]
}

interface Statement {
  readonly doc: string
  readonly code: string
}

/** @param file The `index.d.ts` of the room. @throws {Error} If a re-export leads nowhere. */
export function readRoom(file: string): Room {
  const exports = new Map<string, Declared>()
  for (const declared of exportsOf(file)) {
    const before = exports.get(declared.name)
    const code = before === undefined ? declared.code : `${before.code}\n${declared.code}`
    exports.set(declared.name, { ...(before ?? declared), code })
  }
  return { doc: statementsOf(readFileSync(file, 'utf8'))[0]?.doc ?? '', exports: sorted(exports) }
}

function sorted(exports: ReadonlyMap<string, Declared>): Declared[] {
  return [...exports.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function exportsOf(file: string): Declared[] {
  return statementsOf(readFileSync(file, 'utf8')).flatMap(({ doc, code }) => {
    const [, names, from] = /^export (?:type )?(\*|\{[^}]*\}) from '(\.[^']+)'/.exec(code) ?? []
    if (names !== undefined && from !== undefined) {
      const all = exportsOf(join(dirname(file), from.replace(/\.ts$/, '.d.ts')))
      if (names === '*') return all
      return namesIn(names).map((name) => {
        const found = all.find((declared) => declared.name === name)
        if (found === undefined) throw new Error(`${file}: ${from} does not export ${name}`)
        return found
      })
    }
    const [, kind, name] =
      /^export (?:declare )?(?:abstract )?(class|function|interface|type|const|enum) ([\w$]+)/.exec(
        code,
      ) ?? []
    if (name === undefined) return []
    return [{ name, kind: kind as Declared['kind'], doc, code }]
  })
}

function namesIn(braces: string): string[] {
  return braces
    .slice(1, -1)
    .split(',')
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '')
}

/** The statements of a file, each with the docstring right before it. */
export function statementsOf(text: string): Statement[] {
  const statements: Statement[] = []
  let doc = ''
  let rest = text
  while (rest !== '') {
    const comment = /^\/\*\*?([\s\S]*?)\*\/\s*/.exec(rest)
    const line = /^(?:\/\/.*)?\n/.exec(rest)
    if (comment !== null) {
      doc = withoutStars(comment[1] as string)
      rest = rest.slice(comment[0].length)
    } else if (line !== null) {
      rest = rest.slice(line[0].length)
    } else {
      const length = lengthOfStatement(rest)
      statements.push({ doc, code: rest.slice(0, length).trim() })
      doc = ''
      rest = rest.slice(length)
    }
  }
  return statements
}

/** To the end of the line on which all brackets are closed and the statement ends. */
function lengthOfStatement(text: string): number {
  const parts = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[{}()[\];]\n?|\n/g
  let depth = 0
  for (const { 0: part, index } of text.matchAll(parts)) {
    if (/^[{([]/.test(part)) depth += 1
    else if (/^[})\]]/.test(part)) depth -= 1
    const isEnd = depth === 0 && /^[};]\n$/.test(part)
    if (isEnd) return index + part.length
  }
  return text.length
}

function withoutStars(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
}
