/** JSON in which every value is known by line and column, so that an error can point at it. RFC 8259 */

/** Where something starts in a text; both count from 1, columns as JavaScript counts characters. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A text that was understood. */
export interface PlacedJson {
  readonly value: unknown
  /** Of the value at a path, or of the nearest one around it; of a member, its name. */
  readonly placeOf: (path: readonly PropertyKey[]) => Place
}

/** What is wrong with a file, and where. */
export interface FileFault {
  readonly place: Place
  readonly reason: string
}

/** Deeper than any file of ours; the reading ends there. */
const MAX_DEPTH = 32
const TOKEN =
  /([{}[\],:])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/uy
const SPACE = /[ \t\r\n]*/y

class Fault extends Error {
  readonly at: number

  constructor(at: number, reason: string) {
    super(reason)
    this.at = at
  }
}

/** Stricter than `JSON.parse` in one point: a name that comes twice is a fault. */
export function readPlacedJson(text: string): PlacedJson | FileFault {
  const reader = new Reader(text.replace(/^\uFEFF/, ' '))
  try {
    const value = reader.value([])
    reader.end()
    return {
      value,
      placeOf: (path) => placeIn(text, reader.positionOf(path)),
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { place: placeIn(text, error.at), reason: error.message }
  }
}

function placeIn(text: string, at: number): Place {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return { line, column: at - before.lastIndexOf('\n') }
}

class Reader {
  readonly #text: string
  #at = 0
  readonly #positions = new Map<string, number>()

  constructor(text: string) {
    this.#text = text
  }

  positionOf(path: readonly PropertyKey[]): number {
    for (let length = path.length; length >= 0; length--) {
      const position = this.#positions.get(nameOf(path.slice(0, length)))
      if (position !== undefined) return position
    }
    return 0
  }

  value(path: readonly PropertyKey[]): unknown {
    if (path.length > MAX_DEPTH) throw new Fault(this.#at, `more than ${MAX_DEPTH} levels`)
    const token = this.#next()
    const name = nameOf(path)
    if (!this.#positions.has(name)) this.#positions.set(name, token.at)
    if (token.text === '{') return this.#members(path)
    if (token.text === '[') return this.#items(path)
    if (/^[\]},:]$/.test(token.text)) throw new Fault(token.at, 'not JSON: a value is missing')
    return JSON.parse(token.text)
  }

  end(): void {
    this.#skip()
    if (this.#at < this.#text.length) throw new Fault(this.#at, 'not JSON: there is more')
  }

  #members(path: readonly PropertyKey[]): unknown {
    const members: [string, unknown][] = []
    const names = new Set<string>()
    if (this.#takes('}')) return {}
    do {
      const token = this.#next()
      if (!token.text.startsWith('"')) throw new Fault(token.at, 'not JSON: a name is missing')
      const name = JSON.parse(token.text) as string
      if (names.has(name)) throw new Fault(token.at, `${name}: it is there twice`)
      names.add(name)
      this.#positions.set(nameOf([...path, name]), token.at)
      this.#expect(':')
      members.push([name, this.value([...path, name])])
    } while (this.#takes(','))
    this.#expect('}')
    return Object.fromEntries(members)
  }

  #items(path: readonly PropertyKey[]): unknown {
    const items: unknown[] = []
    if (this.#takes(']')) return items
    do items.push(this.value([...path, items.length]))
    while (this.#takes(','))
    this.#expect(']')
    return items
  }

  #next(): { readonly text: string; readonly at: number } {
    this.#skip()
    TOKEN.lastIndex = this.#at
    const at = this.#at
    const text = TOKEN.exec(this.#text)?.[0]
    if (text === undefined) {
      const isOver = at >= this.#text.length
      throw new Fault(at, isOver ? 'not JSON: it ends too early' : 'not JSON')
    }
    this.#at += text.length
    return { text, at }
  }

  #takes(sign: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw new Fault(this.#at, `not JSON: "${sign}" is missing`)
  }

  #skip(): void {
    SPACE.lastIndex = this.#at
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0
  }
}

function nameOf(path: readonly PropertyKey[]): string {
  return JSON.stringify(path)
}
