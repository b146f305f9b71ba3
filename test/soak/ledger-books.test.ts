import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { balance, type Party } from './ledger-books.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-books-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function partyOf(name: string, sent: readonly string[], got: readonly string[]): Party {
  const file = (kind: string, lines: readonly string[]): string => {
    const path = join(folder, `${name}-${kind}`)
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
    return path
  }
  return { name, address: `urn:x:${name}`, sent: file('sent', sent), got: file('got', got) }
}

const SENT = [
  'try a.1 urn:x:b',
  'done a.1 202',
  'try a.2 urn:x:b',
  'try a.3 urn:x:b',
  'done a.3 202',
]

const books = (...got: string[]) => balance([partyOf('a', SENT, []), partyOf('b', [], got)])

test('all that was accepted was handled: nothing is wrong', () => {
  expect(books('start', 'got a.1', 'got a.2', 'got a.3')).toEqual({
    tried: 3,
    accepted: 2,
    lost: [],
    doubled: [],
    repeated: 0,
    refused: [],
    disordered: [],
    ways: { 'a to b': { direct: 0, stored: 2 } },
  })
})

test('what was accepted and never handled is lost, what was only tried is not', () => {
  expect(books('start', 'got a.1').lost).toEqual(['a.3 to urn:x:b'])
})

test('handled again: doubled, unless it was in hand when the process was killed', () => {
  expect(books('start', 'got a.1', 'start', 'got a.1', 'got a.3')).toMatchObject({
    doubled: [],
    repeated: 1,
  })
  expect(books('start', 'got a.1', 'got a.3', 'start', 'got a.1').doubled).toEqual(['a.1'])
  expect(books('start', 'got a.1', 'got a.1', 'got a.3').doubled).toEqual(['a.1'])
})

test('an order that was not kept is seen', () => {
  expect(books('start', 'got a.3', 'got a.1').disordered).toEqual(['a.1'])
})

test('another answer than 200 or 202 is a refusal', () => {
  const party = partyOf('a', ['try a.1 urn:x:b', 'done a.1 404'], [])
  expect(balance([party]).refused).toEqual(['a.1: 404'])
})

test('each kind of way is counted: at once, and by the mailbox', () => {
  const parties = [
    partyOf('pne0', ['try pne0.1 urn:x:pne1', 'done pne0.1 200'], []),
    partyOf('pne1', ['try pne1.1 urn:x:app', 'done pne1.1 202', 'try pne1.2 urn:x:app'], []),
    partyOf('app', ['try app.1 urn:x:pne0', 'done app.1 404'], []),
  ]
  expect(balance(parties).ways).toEqual({
    'pne to pne': { direct: 1, stored: 0 },
    'pne to app': { direct: 0, stored: 1 },
  })
})
