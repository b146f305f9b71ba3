import { describe, expect, test } from 'vitest'
import { INSTRUCTION_NAMES } from '../../src/apdu/instructions.ts'
import {
  allPages,
  allSources,
  proseOf,
  readPage,
  tablesOf,
  tableUnder,
  unwrapped,
} from './pages.fixture.ts'

const page = readPage('reference/glossary.md')
const sources = allSources()

/** Words of two capitals and more, with what hangs on them: `SQN_MS`, `AES-256-GCM`, `MAC*`. */
const ACRONYM = /(?<![\w@/.:-])[A-Z][A-Z0-9]+(?:[-_.][A-Za-z0-9]+)*\*?(?!\w)/g
/** Octets in hex, as in `DD` RAND and 90 00. */
const HEX_OCTETS = /^(?:[0-9A-F]{2}|[0-9A-F]{4})$/
/** Capitals that are no abbreviation: names of commands, and words that a specification writes so. */
const CAPITALS = new Set(
  [
    ...Object.values(INSTRUCTION_NAMES),
    'NEXT PREVIOUS INCREASE RESPONSE CX EX TEMP',
    'BIT BOOLEAN FALSE TRUE IDENTIFIER INTEGER OBJECT OCTET SEQUENCE SET STRING NULL OF',
    'SAVEPOINT BEGIN IMMEDIATE COMMIT FULL PRAGMA',
    'GET POST WWW YES NO EPIPE SIGINT SIGTERM IP OK SIM PC SC',
  ].flatMap((words) => words.split(' ')),
)

/** Words of the left-hand columns: abbreviations, and symbols with their names in code. */
const explained = new Set(
  tablesOf(page).flatMap(({ rows }) =>
    rows.flatMap(([first = '', second = '']) =>
      `${first} ${second}`.replaceAll('\\*', '*').split(/[\s,`]+/),
    ),
  ),
)

function isExplained(word: string): boolean {
  if (explained.has(word) || CAPITALS.has(word) || HEX_OCTETS.test(word)) return true
  // Files of a card and constants have names of their own; P2 and L2 are counted; the rest has parts.
  if (/^(EF|DF|IMSI|MCC|DIAMETER|TAG|MAX|ONLY|NODE|SCARD)_/.test(word)) return true
  if (/^([PL]|SEQ|CPNS-)\d$|^(IN|OUT)\d?$/.test(word)) return true
  const separator = ['-', '_'].find((one) => word.includes(one))
  if (separator === undefined) return false
  return word
    .split(separator)
    .every((part) => /^(\d+|[A-Z]?[a-z]+)$/.test(part) || isExplained(part))
}

describe('reference/glossary.md', () => {
  test('explains every abbreviation in the docstrings of the sources', () => {
    const missing = sources
      .filter(({ path }) => path.endsWith('.ts'))
      .flatMap(({ path, text }) =>
        (proseOf(text).match(ACRONYM) ?? [])
          .filter((word) => !isExplained(word))
          .map((word) => `${word} in ${path}`),
      )
    expect([...new Set(missing)]).toEqual([])
  })

  test('explains nothing that nobody uses', () => {
    const everything = [...sources, ...allPages()]
      .filter(({ path }) => path !== 'docs/reference/glossary.md')
      .map(({ text }) => text)
      .join('\n')
    const words = tableUnder(page, 'Abbreviations').rows.flatMap(([first = '']) =>
      first.split(', '),
    )
    expect(words.filter((word) => !everything.includes(word))).toEqual([])
  })

  test('says which BSF is meant', () => {
    expect(unwrapped(page)).toContain('never the Binding Support Function of 5G')
  })
})
