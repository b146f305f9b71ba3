/** The books of the ledger, held against each other. Design 8 */
import { readFileSync } from 'node:fs'

/** One sender or receiver, with its books. */
export interface Party {
  readonly name: string
  /** As others address it. */
  readonly address: string
  /** What it sent: `try <id> <to>`, `done <id> <status>`. */
  readonly sent: string
  /** What its handler got: `start` at each start of the process, `got <id>`. */
  readonly got: string
}

/** What the books say. */
export interface Balance {
  readonly tried: number
  /** Answered with 200 or 202. */
  readonly accepted: number
  /** Accepted, and never handled by the recipient. */
  readonly lost: readonly string[]
  /** Handled again although it had been acknowledged. */
  readonly doubled: readonly string[]
  /** Handled again because the process was killed between its handler and the seen-list. */
  readonly repeated: number
  /** Answered with something else. */
  readonly refused: readonly string[]
  /** Handled before an earlier one of the same sender to the same recipient. */
  readonly disordered: readonly string[]
  /** By `pne to app` and the like: handed over at once (200), or into the mailbox first (202). */
  readonly ways: Readonly<Record<string, Way>>
}

/** How many messages went how. */
export interface Way {
  readonly direct: number
  readonly stored: number
}

/** @param parties All there are. */
export function balance(parties: readonly Party[]): Balance {
  const sent = parties.map(readSent)
  const got = new Map(parties.map((party) => [party.address, readGot(party)]))
  const accepted = sent.flatMap(({ done }) => done.filter(({ isAccepted }) => isAccepted))
  const received = [...got.values()]
  return {
    tried: sent.reduce((sum, { tried }) => sum + tried, 0),
    accepted: accepted.length,
    lost: accepted.flatMap(({ id, to }) => (got.get(to)?.ids.has(id) ? [] : [`${id} to ${to}`])),
    doubled: received.flatMap(({ doubled }) => doubled),
    repeated: received.reduce((sum, { repeated }) => sum + repeated, 0),
    refused: sent.flatMap(({ done }) =>
      done.flatMap(({ id, status, isAccepted }) => (isAccepted ? [] : [`${id}: ${status}`])),
    ),
    disordered: received.flatMap(({ disordered }) => disordered),
    ways: waysOf(parties, sent),
  }
}

/** `pne0` is one of the kind `pne`. */
const kindOf = ({ name }: Party): string => name.replace(/\d+$/, '')

function waysOf(
  parties: readonly Party[],
  sent: readonly ReturnType<typeof readSent>[],
): Record<string, Way> {
  const kinds = new Map(parties.map((party) => [party.address, kindOf(party)]))
  const ways: Record<string, Way> = {}
  for (const [n, party] of parties.entries()) {
    for (const { to, status } of sent[n]?.done ?? []) {
      const way = `${kindOf(party)} to ${kinds.get(to)}`
      const { direct, stored } = ways[way] ?? { direct: 0, stored: 0 }
      if (status === '200') ways[way] = { direct: direct + 1, stored }
      if (status === '202') ways[way] = { direct, stored: stored + 1 }
    }
  }
  return ways
}

/** Accepted messages that are not handled yet. */
export function missing(parties: readonly Party[]): number {
  return balance(parties).lost.length
}

function linesOf(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => line.split(' '))
}

function readSent({ sent }: Party) {
  const recipients = new Map<string, string>()
  const done: { id: string; to: string; status: string; isAccepted: boolean }[] = []
  for (const [word, id = '', rest = ''] of linesOf(sent)) {
    if (word === 'try') recipients.set(id, rest)
    else {
      const isAccepted = rest === '200' || rest === '202'
      done.push({ id, to: recipients.get(id) ?? '', status: rest, isAccepted })
    }
  }
  return { tried: recipients.size, done }
}

/** The last message before a start may have been handled without having been acknowledged. */
function readGot({ got }: Party) {
  const ids = new Set<string>()
  const latest = new Map<string, number>()
  const doubled: string[] = []
  const disordered: string[] = []
  let repeated = 0
  let last: string | undefined
  let unacknowledged: string | undefined
  for (const [word, id = ''] of linesOf(got)) {
    if (word === 'start') {
      unacknowledged = last
      continue
    }
    if (ids.has(id)) {
      if (id === unacknowledged) repeated += 1
      else doubled.push(id)
    } else {
      const [sender = '', number = ''] = id.split('.')
      if (Number(number) < (latest.get(sender) ?? 0)) disordered.push(id)
      latest.set(sender, Number(number))
    }
    ids.add(id)
    last = id
  }
  return { ids, doubled, disordered, repeated }
}
