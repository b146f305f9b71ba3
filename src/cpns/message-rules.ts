/**
 * The language that messages are declared in (`message-declarations.ts`): a rule says where a value
 * stands in an element, and both writes and reads it; from the rules of a message follow its type, its
 * encoder and its decoder. Design 6: all items are attributes without a namespace; attributes and
 * elements of other namespaces are ignored, unknown ones of our own are an error.
 */
import { InvalidMessage } from '../errors/errors.ts'
import type { XmlAttribute, XmlElement } from '../xml/xml-reader.ts'
import { escapeAttribute, escapeContent } from '../xml/xml-writer.ts'
import type { Codec } from './value-codecs.ts'

/** Namespace of all CPNS elements; our choice after the OMNA pattern. Design 6 */
export const CPNS_NAMESPACE = 'urn:oma:xml:cpns:core:1.1'

/** One value of an element; an optional one may be `undefined`. */
export interface Rule<T> {
  write(value: T, output: ElementOutput): void
  /** @throws {InvalidMessage} Naming the attribute or element that is missing or wrong. */
  read(input: ElementInput): T
}

/** Rules by the names of their properties. */
export type Rules = Readonly<Record<string, Rule<unknown>>>

type ValueOf<R> = R extends Rule<infer T> ? T : never
type OptionalKeys<R> = { [K in keyof R]: undefined extends ValueOf<R[K]> ? K : never }[keyof R]

/** The type that rules describe. */
export type ValuesOf<R> = {
  readonly [K in Exclude<keyof R, OptionalKeys<R>>]: ValueOf<R[K]>
} & { readonly [K in OptionalKeys<R>]?: Exclude<ValueOf<R[K]>, undefined> }

/** An attribute that must be there. */
export function required<T>(name: string, codec: Codec<T>): Rule<T> {
  return {
    write(value, output) {
      output.attributes += ` ${name}="${escapeAttribute(checkedText(name, codec, value))}"`
    },
    read(input) {
      const text = input.attribute(name)
      if (text === undefined) throw new InvalidMessage('missing', name)
      return codec.parse(text, name)
    },
  }
}

/** An attribute that may be absent. */
export function optional<T>(name: string, codec: Codec<T>): Rule<T | undefined> {
  const rule = required(name, codec)
  return {
    write(value, output) {
      if (value !== undefined) rule.write(value, output)
    },
    read(input) {
      const text = input.attribute(name)
      return text === undefined ? undefined : codec.parse(text, name)
    },
  }
}

/** An attribute whose absence stands for a value. */
export function defaulted<T>(name: string, codec: Codec<T>, value: T): Rule<T> {
  const absent = optional(name, codec)
  return { ...required(name, codec), read: (input) => absent.read(input) ?? value }
}

/** Attributes that are all there or all absent. @param sign Name of the one that decides. */
export function group<R extends Rules>(sign: string, rules: R): Rule<ValuesOf<R> | undefined> {
  return {
    write(values, output) {
      if (values !== undefined) writeAll(rules, values, output)
    },
    read: (input) => (input.has(sign) ? readAll(rules, input) : undefined),
  }
}

/** The text of the element itself. */
export function content<T>(codec: Codec<T>): Rule<T> {
  return {
    write(value, output) {
      output.content = escapeContent(checkedText(output.name, codec, value))
    },
    read: (input) => codec.parse(input.text(), input.name),
  }
}

/** A child element that must be there. */
export function child<R extends Rules>(name: string, rules: R): Rule<ValuesOf<R>> {
  return {
    write(values, output) {
      output.content += writeElement(name, rules, values)
    },
    read(input) {
      const element = input.child(name)
      if (element === undefined) throw new InvalidMessage('missing', name)
      return readElement(element, rules)
    },
  }
}

/** A child element that may be absent. */
export function optionalChild<R extends Rules>(
  name: string,
  rules: R,
): Rule<ValuesOf<R> | undefined> {
  return {
    write(values, output) {
      if (values !== undefined) output.content += writeElement(name, rules, values)
    },
    read(input) {
      const element = input.child(name)
      return element === undefined ? undefined : readElement(element, rules)
    },
  }
}

/**
 * The text of an element of these rules.
 *
 * @param attributes What stands before its own, escaped, each after a space.
 * @throws {RangeError} Naming what is out of its limits.
 */
export function writeElement<R extends Rules>(
  name: string,
  rules: R,
  values: ValuesOf<R>,
  attributes = '',
): string {
  const output: ElementOutput = { name, attributes, content: '' }
  writeAll(rules, values, output)
  const start = `<${name}${output.attributes}`
  return output.content === '' ? `${start}/>` : `${start}>${output.content}</${name}>`
}

/**
 * The values of an element of our namespace.
 *
 * @throws {InvalidMessage} Naming what is missing, wrong, doubled or unknown.
 */
export function readElement<R extends Rules>(element: XmlElement, rules: R): ValuesOf<R> {
  const input = new ElementInput(element)
  const values = readAll(rules, input)
  input.end()
  return values
}

/** An element while it is written: text, with all in it escaped. */
interface ElementOutput {
  readonly name: string
  attributes: string
  content: string
}

/**
 * An element while it is read: what was asked for is gone, and nothing of ours may be left. There are so
 * few of each that a list is faster than a map.
 */
class ElementInput {
  readonly name: string
  readonly #attributes: XmlAttribute[] = []
  readonly #children: XmlElement[] = []
  #text: string

  constructor(element: XmlElement) {
    this.name = element.name
    for (const attribute of element.attributes) {
      if (attribute.namespace === '') this.#attributes.push(attribute)
      if (attribute.namespace === CPNS_NAMESPACE)
        throw new InvalidMessage('unknown attribute', briefName(attribute.name))
    }
    for (const child of element.children) {
      if (isOurs(child.namespace)) this.#children.push(child)
    }
    this.#text = element.text
  }

  has(name: string): boolean {
    return this.#attributes.some((attribute) => attribute.name === name)
  }

  /** Most are asked for in the order in which they stand. */
  attribute(name: string): string | undefined {
    const attributes = this.#attributes
    const index = attributes.findIndex((attribute) => attribute.name === name)
    return index < 0 ? undefined : attributes.splice(index, 1)[0]?.value
  }

  child(name: string): XmlElement | undefined {
    const index = this.#children.findIndex(
      (one) => one.name === name && one.namespace === CPNS_NAMESPACE,
    )
    return index < 0 ? undefined : this.#children.splice(index, 1)[0]
  }

  text(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  end(): void {
    const [attribute] = this.#attributes
    if (attribute !== undefined) {
      throw new InvalidMessage('unknown attribute', briefName(attribute.name))
    }
    const [element] = this.#children
    if (element !== undefined) {
      throw new InvalidMessage('unknown or doubled element', briefName(element.name))
    }
    if (this.#text !== '' && /[^ \t\r\n]/.test(this.#text))
      throw new InvalidMessage('text not expected', this.name)
  }
}

/** Elements without a namespace are nobody else's: they are judged like our own. */
function isOurs(namespace: string): boolean {
  return namespace === CPNS_NAMESPACE || namespace === ''
}

type Entries = readonly (readonly [property: string, rule: Rule<unknown>])[]

/** Of each declaration, which there are few of and which never change. */
const ENTRIES = new WeakMap<Rules, Entries>()

function entriesOf(rules: Rules): Entries {
  const known = ENTRIES.get(rules)
  if (known !== undefined) return known
  const entries = Object.entries(rules)
  ENTRIES.set(rules, entries)
  return entries
}

function writeAll<R extends Rules>(rules: R, values: ValuesOf<R>, output: ElementOutput): void {
  for (const [property, rule] of entriesOf(rules)) {
    const value = (values as Readonly<Record<string, unknown>>)[property]
    rule.write(value, output)
  }
}

function readAll<R extends Rules>(rules: R, input: ElementInput): ValuesOf<R> {
  const values: Record<string, unknown> = {}
  for (const [property, rule] of entriesOf(rules)) {
    const value = rule.read(input)
    if (value !== undefined) values[property] = value
  }
  return values as ValuesOf<R>
}

/** What a reader would refuse is not sent. */
function checkedText<T>(name: string, codec: Codec<T>, value: T): string {
  try {
    return codec.format(value)
  } catch (cause) {
    throw new RangeError(`${name} is out of its limits`, { cause })
  }
}

/** A name of a peer's making, cut to what fits a log line. */
export function briefName(name: string): string {
  return cutText(name, 64)
}

/** The first characters of a text. No character is cut in two: half a one can stand in no message. */
export function cutText(text: string, characters: number): string {
  return text.length <= characters ? text : Array.from(text).slice(0, characters).join('')
}
