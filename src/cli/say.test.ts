import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { reportFailure } from './report-failure.ts'
import { joinSaid, say, sayEach, wantsJson, warn } from './say.ts'

let stdout: string
let stderr: string
beforeEach(() => {
  stdout = ''
  stderr = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

describe('one thing', () => {
  test('is lines for a person', () => {
    say({}, { id: 'a' }, 'It is a.')
    say({ json: false }, { id: 'a' }, ['It is a.', 'And more.'])
    expect(stdout).toBe('It is a.\nIt is a.\nAnd more.\n')
  })

  test('is one object on one line for a program, also with line breaks in it', () => {
    say({ json: true }, { id: 'a\nb', none: undefined }, ['never', 'seen'])
    expect(stdout).toBe('{"id":"a\\nb"}\n')
  })
})

test('names of others turn nothing around, and move nothing', () => {
  say({}, {}, 'PN "a\u202eb", and a \u001b[31mcolour\u001b[0m of ours')
  warn({}, 'the PNE: \u001b[2J\u009b')
  expect(stdout).toBe('PN "a\\u{202e}b", and a \u001b[31mcolour\u001b[0m of ours\n')
  expect(stderr).toBe('cpns: the PNE: \\u{1b}[2J\\u{9b}\n')
})

test('a sentence is broken between words for a terminal alone; what is to be copied is not', () => {
  const shownOn = (terminal: object, text: string) => {
    const parts: string[] = []
    const output = { ...terminal, write: (part: string) => parts.push(part) }
    say({}, {}, text, output as unknown as NodeJS.WritableStream)
    return parts.join('')
  }
  const terminal = { isTTY: true, columns: 20 }
  const sentence = 'urn:x:a-name is paired with urn:x:gw.'
  expect(shownOn(terminal, sentence)).toBe('urn:x:a-name is\npaired with\nurn:x:gw.\n')
  expect(shownOn({ columns: 20 }, sentence)).toBe(`${sentence}\n`)
  expect(shownOn({ isTTY: true, columns: 0 }, sentence)).toBe(`${sentence}\n`)
  const commands = [
    '  cpns backup --data x FOLDER',
    `{"a":"${'b '.repeat(20)}"}`,
    `\u001b[3m${sentence}`,
  ]
  for (const text of commands) expect(shownOn(terminal, text)).toBe(`${text}\n`)
})

test('an error and a warning too; a stack is not', () => {
  const { isTTY, columns } = process.stderr
  Object.assign(process.stderr, { isTTY: true, columns: 20 })
  try {
    warn({}, 'nobody is there to see it')
    reportFailure(new ConfigurationInvalid('--to: neither an EntityID nor a service'))
    expect(stderr).toBe(
      'cpns: nobody is\nthere to see it\ncpns: --to: neither\nan EntityID nor a\nservice\n',
    )
    stderr = ''
    reportFailure(new Error('ours'))
    expect(stderr).toContain('cpns: internal error: Error: ours\n    at ')
  } finally {
    Object.assign(process.stderr, { isTTY, columns })
  }
})

describe('a list', () => {
  const how = { none: 'There is none.', textOf: ({ n }: { n: number }) => [`n ${n}`, '  more'] }

  test('for a person, and when it is empty', () => {
    sayEach({}, [{ n: 1 }, { n: 2 }], how)
    sayEach({}, [], how)
    expect(stdout).toBe('n 1\n  more\nn 2\n  more\nThere is none.\n')
  })

  test('for a program: a line each, and nothing when it is empty', () => {
    sayEach({ json: true }, [{ n: 1 }, { n: 2 }], how)
    sayEach({ json: true }, [], how)
    expect(stdout).toBe('{"n":1}\n{"n":2}\n')
  })
})

test('several things as one', () => {
  const parts = [
    { fields: { a: 1 }, lines: ['a'] },
    { fields: {}, lines: [] },
    { fields: { b: 2 }, lines: ['b', 'c'] },
  ]
  expect(joinSaid(parts)).toEqual({ fields: { a: 1, b: 2 }, lines: ['a', 'b', 'c'] })
})

test('a warning is on standard error in both forms', () => {
  warn({}, 'keep it safe')
  warn({ json: true }, 'keep it safe')
  expect(stdout).toBe('')
  expect(stderr).toBe('cpns: keep it safe\n{"warning":{"message":"keep it safe"}}\n')
})

test.each([
  [['lab', '--json'], true],
  [['--json', 'lob'], true],
  [['calc', 'btid', '--jsonl'], false],
  [['pne', 'send', '--', '--json'], false],
  [[], false],
])('%j: %s', (words, expected) => {
  expect(wantsJson(words)).toBe(expected)
})
