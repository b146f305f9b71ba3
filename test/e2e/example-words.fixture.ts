/** The examples of all helps as command lines that can be run: what they name is there in a folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { everyCommand, exampleWords } from '../../src/cli/examples.fixture.ts'

/** Stands where examples shorten an EntityID. */
export const ENTITY = 'urn:uuid:5e0f1d3e-5a64-4c8b-8f5d-2f6e8d1c9a22'
/** Names of files in the examples. */
const FILES = ['watch.key', './backup-of-today', 'subscribers.csv']

/** All commands, and groups of them. */
export const everyName = everyCommand()
/** Those that do something. */
export const leaves = everyName.filter(({ command }) => command.commands.length === 0)

/** Makes the files. */
export function placeFiles(place: string): void {
  writeFileSync(join(place, 'watch.key'), 'ab'.repeat(32))
  writeFileSync(join(place, 'subscribers.csv'), 'impi,k,opc\n')
  mkdirSync(join(place, 'backup-of-today'))
  writeFileSync(join(place, 'backup-of-today', 'usim.json'), '{}')
}

/** The example of a command, its shortened names written out, and with another value for one flag. */
export function wordsWith(place: string, name: string, flag?: string, value = ''): string[] {
  const help = leaves.find((leaf) => leaf.name === name)?.help ?? ''
  const [, ...words] =
    exampleWords(help).find((example) => example.join(' ').startsWith(name)) ?? name.split(' ')
  const whole = words.map((word) => {
    if (/^urn:uuid:.*…$/.test(word)) return ENTITY
    if (/^[0-9a-f]+…$/.test(word)) return 'ab'.repeat(32)
    return FILES.includes(word) ? join(place, word) : word
  })
  if (flag === undefined) return whole
  const at = whole.indexOf(flag)
  return at < 0 ? [...whole, flag, value] : whole.with(at + 1, value)
}

/** Flags whose form fits, each with the name of its command. */
export function flagsLike(pattern: RegExp): (readonly [name: string, flag: string])[] {
  return leaves.flatMap(({ name, command }) =>
    command.options
      .filter(({ flags }) => pattern.test(flags))
      .map(({ long }) => [name, long as string] as const),
  )
}
