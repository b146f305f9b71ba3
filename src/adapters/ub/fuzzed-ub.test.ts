/**
 * Ub over real sockets with everything that can be wrong: each parameter in turn, then what a generator makes
 * of a request, with a fixed seed. Never 5xx for the client's fault, never a hang, nothing half stored.
 */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import {
  getWith,
  MESSAGE_1,
  message3,
  type Params,
  type RawAnswer,
  requestOf,
  sendRaw,
} from './raw-ub.fixture.ts'
import { startUbNetwork, type UbNetwork } from './ub-network.fixture.ts'

let world: UbNetwork
/** Bootstrapping sessions that were confirmed by a 200. */
let confirmed = 0
beforeAll(async () => {
  world = await startUbNetwork({ limits: { requestTimeoutMs: 400 } })
})
afterAll(() => world.close())

async function send(octets: string, isEnded?: boolean): Promise<RawAnswer> {
  const answer = await sendRaw(world.port, octets, isEnded)
  if (answer.status === 200) confirmed += 1
  return answer
}

/** Each session in the store has been told to somebody. */
const expectNothingHalfStored = () => expect(world.store.btids).toHaveLength(confirmed)

const KINDS = ['missing', 'doubled', 'oversized', 'empty', 'foreign'] as const
type Kind = (typeof KINDS)[number]

const FOREIGN: Readonly<Record<string, string>> = {
  username: 'nobody@ims.example.org',
  realm: 'bsf.other.org',
  nonce: WORKED.nonce,
  uri: '/other',
  qop: 'auth',
  nc: '00000002',
  cnonce: 'other',
  response: '0'.repeat(32),
  opaque: 'AAAA',
  algorithm: 'MD5',
  auts: 'AAAA',
}

function spoil(params: Params, name: string, kind: Kind): Params {
  const put = (value: string): Params =>
    params.map((pair) => (pair[0] === name ? ([name, value] as const) : pair))
  if (kind === 'missing') return params.filter(([other]) => other !== name)
  if (kind === 'doubled') return [...params, ...params.filter(([other]) => other === name)]
  if (kind === 'oversized') return put('a'.repeat(5000))
  return put(kind === 'empty' ? '' : (FOREIGN[name] ?? ''))
}

/** Status by parameter, in the order of KINDS. */
const OF_MESSAGE_1: Readonly<Record<string, readonly number[]>> = {
  username: [400, 400, 400, 400, 403],
  realm: [400, 400, 400, 400, 400],
  // An empty nonce is what makes it message 1; with another one it is a message 3 without the rest.
  nonce: [400, 400, 400, 401, 400],
  uri: [400, 400, 400, 400, 400],
  response: [400, 400, 400, 401, 401],
}
const OF_MESSAGE_3: Readonly<Record<string, readonly number[]>> = {
  username: [400, 400, 400, 400, 403],
  realm: [400, 400, 400, 400, 400],
  nonce: [400, 400, 400, 401, 403],
  uri: [400, 400, 400, 400, 400],
  qop: [400, 400, 400, 400, 400],
  nc: [400, 400, 400, 400, 400],
  cnonce: [400, 400, 400, 400, 403],
  response: [400, 400, 400, 403, 403],
  // What this BSF did not seal gets a new challenge.
  opaque: [400, 400, 400, 401, 401],
  algorithm: [400, 400, 400, 400, 400],
}
const casesOf = (table: Readonly<Record<string, readonly number[]>>) =>
  Object.entries(table).flatMap(([name, statuses]) =>
    KINDS.map((kind, index) => [name, kind, statuses[index] ?? 0] as const),
  )

describe('each parameter', () => {
  test.each(casesOf(OF_MESSAGE_1))('message 1, %s %s: %i', async (name, kind, status) => {
    expect((await send(getWith(spoil(MESSAGE_1, name, kind)))).status).toBe(status)
  })

  test.each(casesOf(OF_MESSAGE_3))('message 3, %s %s: %i', async (name, kind, status) => {
    const params = await message3(world)
    expect((await send(getWith(spoil(params, name, kind)))).status).toBe(status)
    expectNothingHalfStored()
  })

  test.each([
    ['doubled', 400],
    ['oversized', 400],
    ['empty', 400],
    ['foreign', 400],
  ] as const)('auts %s: %i', async (kind, status) => {
    const params: Params = [...(await message3(world)), ['auts', 'AAAA']]
    expect((await send(getWith(spoil(params, 'auts', kind)))).status).toBe(status)
  })

  test('in any order, and among unknown ones, they are right', async () => {
    const params = await message3(world)
    const answer = await send(getWith([['x', 'y'], ...params.toReversed(), ['domain', '/']]))
    expect(answer.status).toBe(200)
    expectNothingHalfStored()
  })
})

describe('what is no whole request', () => {
  test('half a request, then nothing: 408 in time', async () => {
    const octets = getWith(await message3(world))
    for (const length of [20, Math.floor(octets.length / 2), octets.length - 1]) {
      expect((await send(octets.slice(0, length))).status).toBe(408)
    }
  })

  test('half a request, then the end', async () => {
    const octets = getWith(await message3(world))
    for (let length = 1; length < octets.length; length += 97) {
      expect([0, 400]).toContain((await send(octets.slice(0, length), true)).status)
    }
    expectNothingHalfStored()
  })

  test.each([
    ['one giant header', [`X: ${'x'.repeat(20_000)}`]],
    ['a giant Authorization', [`Authorization: Digest username="${'x'.repeat(20_000)}"`]],
    ['a thousand headers', Array.from({ length: 1000 }, (_, n) => `X-${n}: ${'x'.repeat(20)}`)],
  ])('%s: 431', async (_, headers) => {
    expect((await send(requestOf(headers))).status).toBe(431)
  })

  test('two Authorization headers: 400', async () => {
    const [, , , header = ''] = getWith(MESSAGE_1).split('\r\n')
    expect((await send(requestOf([header, header]))).status).toBe(400)
  })
})

/** Requests made of a right one, cut and mended anywhere. */
function mutations() {
  const junk = fc.oneof(
    fc.constantFrom('"', ',', '=', '\\', ' ', '\t', '\r\n', '\u0000', '\u00ff', 'Digest ', '%00'),
    fc.constantFrom(
      'nonce=""',
      'nc=00000001',
      'auts="AAAA"',
      'GET / HTTP/1.1\r\n',
      'x'.repeat(9000),
    ),
    fc.constantFrom('Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: x\r\n'),
    fc.string({ maxLength: 8 }),
  )
  const edit = fc.record({ at: fc.nat(1000), cut: fc.nat(30), junk })
  return fc.record({
    isAnswer: fc.boolean(),
    edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
  })
}

test('whatever is made of a request: an answer of the 4xx, or the end; nothing half stored', async () => {
  const right = { 1: getWith(MESSAGE_1), 3: getWith(await message3(world)) }
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(mutations(), async ({ isAnswer, edits }) => {
      let octets = right[isAnswer ? 3 : 1]
      for (const { at, cut, junk } of edits) {
        const from = at % octets.length
        octets = octets.slice(0, from) + junk + octets.slice(from + cut)
      }
      const { status } = await send(octets, true)
      seen.add(status)
      expect([0, 200, 400, 401, 403, 405, 408, 413, 417, 431, 505]).toContain(status)
      expectNothingHalfStored()
    }),
    { seed: 4, numRuns: 400 },
  )
  expect([...seen]).toEqual(expect.arrayContaining([400, 401]))
  // And the subscriber is served as if nothing had been.
  expect((await send(getWith(await message3(world)))).status).toBe(200)
  expectNothingHalfStored()
  expect(world.logged.filter(({ event }) => event === 'ub-request-failed')).toEqual([])
}, 60_000)
