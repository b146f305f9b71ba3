/**
 * Nobody can tell a UserID that is there from one that is not: neither by octets nor by time. M-5. The two
 * kinds are asked in turn, so that whatever slows the machine down slows both down; medians are compared.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type AuthenticateRequest,
  type AuthenticateResponse,
  decodeMessage,
  encodeMessage,
} from '../../src/cpns/messages.ts'
import type { UserId } from '../../src/identity/user-id.ts'
import { parseUserId } from '../../src/identity/user-id.ts'
import { type CpnsWorld, createCpnsWorld } from '../support/cpns-world.ts'
import { ALICE_ID, addUser, TEST_COST, WISH } from '../support/hand-assignment.ts'

const TRIALS = 1_000
const WARM_UP = 200
const NO_LIMIT = 1_000_000
/**
 * What is measured is a tenth of a millisecond long, so on a busy machine a thousand may be too few: then there
 * are more, and all of them count.
 */
const MEASUREMENTS = 5
const ALLOWED = 0.05

let world: CpnsWorld
beforeEach(async () => {
  const freeAttempts = { user: NO_LIMIT, entity: NO_LIMIT, address: NO_LIMIT }
  world = createCpnsWorld({ passwords: { cost: TEST_COST, freeAttempts } })
  await addUser(world)
})
afterEach(() => world.close())

/** As long as `alice`, and another each time. */
const unknown = (n: number): UserId => parseUserId(`x${n.toString(36).padStart(4, '0')}`)

/** Both halves with a HASH that is wrong. @returns Microseconds of the server, and the shape of its answers. */
async function fail(userId: UserId): Promise<{ micros: number; shape: string }> {
  const { randomClient, entityId, algorithms } = WISH
  const request = encodeMessage({
    name: 'EUKeyAssignmentRequest',
    transactionId: 'a-1',
    entityId,
    userId,
    randomClient,
    algorithms,
  })
  const startedAt = process.hrtime.bigint()
  const challenge = (await world.server.answerPost(request, '192.0.2.1')).octets
  const pausedAt = process.hrtime.bigint()
  const { state } = (decodeMessage(challenge) as AuthenticateRequest).authReqData
  const proof: AuthenticateResponse = {
    name: 'AuthenticateResponse',
    transactionId: 'a-1',
    entityId,
    authResData: { hash: new Uint8Array(32), state },
  }
  const octets = encodeMessage(proof)
  const resumedAt = process.hrtime.bigint()
  const answer = (await world.server.answerPost(octets, '192.0.2.1')).octets
  const nanos = pausedAt - startedAt + (process.hrtime.bigint() - resumedAt)
  const shape = `${challenge.length} ${Buffer.from(answer).toString('utf8')}`
  return { micros: Number(nanos) / 1000, shape }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number

interface Trials {
  readonly known: number[]
  readonly unknown: number[]
}

/** A thousand more of each kind. */
async function measure(trials: Trials, shapes: Set<string>): Promise<void> {
  for (let n = 0; n < TRIALS; n++) {
    // Who comes first alternates too.
    const order = n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)
    for (const kind of order) {
      const outcome = await fail(kind === 'known' ? ALICE_ID : unknown(n))
      trials[kind].push(outcome.micros)
      shapes.add(outcome.shape)
    }
  }
}

/** How far apart the medians of all trials of both kinds are, as a part of one. */
function differenceOf(trials: Trials): number {
  const [known, other] = [median(trials.known), median(trials.unknown)]
  return Math.abs(known - other) / Math.min(known, other)
}

test('1,000 known and 1,000 unknown UserIDs take the same time, and get the same answers', async () => {
  for (let n = 0; n < WARM_UP; n++) {
    await fail(ALICE_ID)
    await fail(unknown(n))
  }
  const shapes = new Set<string>()
  const trials: Trials = { known: [], unknown: [] }
  const differences: number[] = []
  while (differences.length < MEASUREMENTS && (differences.at(-1) ?? 1) > ALLOWED) {
    await measure(trials, shapes)
    differences.push(differenceOf(trials))
  }
  expect(shapes.size).toBe(1)
  expect(differences.at(-1), differences.join(' ')).toBeLessThan(ALLOWED)
}, 120_000)
