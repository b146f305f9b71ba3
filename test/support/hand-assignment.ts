/** The assignment of an EUKey by hand, message by message, honest or not. CR 7.4.3, M-5 */
import {
  ASSIGNMENT_IDLE,
  type AssignmentClientState,
  type AssignmentOutcome,
  type AssignmentStart,
  assignmentStep,
} from '../../src/cpns/client-assignment.ts'
import { derivePasswordKeys, parsePassword } from '../../src/cpns/password-keys.ts'
import { makeUser } from '../../src/cpns-server/users.ts'
import { parseUserId } from '../../src/identity/user-id.ts'
import { type CpnsWorld, GATEWAY_ID } from './cpns-world.ts'
import { type Ask, post } from './hand-client.ts'
import { createSeededRandom } from './seeded-random.ts'

/** The lowest cost that a client accepts: tests derive often. */
export const TEST_COST = { n: 16_384, r: 8, p: 1 }
export const ALICE_ID = parseUserId('alice')
export const PASSWORD = 'correct horse battery staple'

/** How somebody asks, and with which password. */
export interface HandWish extends AssignmentStart {
  readonly password: string
}

/** What an honest PN GW of Alice asks with. */
export const WISH: HandWish = {
  kind: 'start',
  transactionId: 'a-1',
  randomClient: new Uint8Array(16).fill(8),
  entityId: GATEWAY_ID,
  userId: ALICE_ID,
  algorithms: ['HMAC-SHA-256'],
  password: PASSWORD,
}

/** An assignment that waits for what the client makes of the challenge. */
export interface BegunAssignment {
  readonly request: Uint8Array
  readonly challenge: Uint8Array
  readonly state: AssignmentClientState
  readonly password: string
}

/** What was sent and what came back. */
export interface HandAssignment {
  readonly challenge: Uint8Array
  readonly response: Uint8Array | undefined
  readonly answer: Uint8Array
  readonly outcome: AssignmentOutcome | undefined
}

/** Adds a user to a world's server. */
export async function addUser(
  world: CpnsWorld,
  userId = ALICE_ID,
  password = PASSWORD,
): Promise<void> {
  const random = createSeededRandom(`user ${userId} ${password}`)
  const secret = parsePassword(password)
  const ports = { clock: world.clock, random }
  const added = await world.store.addUser(
    await makeUser({ userId, password: secret, cost: TEST_COST }, ports),
  )
  if (added !== 'added') throw new Error(`there is a user ${userId}`)
}

/** First message and challenge only. */
export async function beginAssignment(
  world: CpnsWorld,
  change: Partial<HandWish> = {},
  ask: Ask = (octets) => post(world, octets),
): Promise<BegunAssignment> {
  const { password, ...start } = { ...WISH, ...change }
  const started = assignmentStep(ASSIGNMENT_IDLE, start)
  const request = started.send as Uint8Array
  return { request, challenge: await ask(request), state: started.state, password }
}

/** What the client makes of the challenge: the proof and the state behind it, or the end. */
export async function prove({ challenge, state, password }: BegunAssignment) {
  const challenged = assignmentStep(state, { kind: 'message', octets: challenge })
  if (challenged.derive === undefined) return challenged
  const keys = await derivePasswordKeys(parsePassword(password), challenged.derive)
  return assignmentStep(challenged.state, { kind: 'derived', keys })
}

/** The proof alone, not sent yet. */
export async function proofOf(
  world: CpnsWorld,
  change: Partial<HandWish> = {},
): Promise<Uint8Array> {
  const { send } = await prove(await beginAssignment(world, change))
  if (send === undefined) throw new Error('the server did not challenge')
  return send
}

/** A whole assignment, as far as the server lets it come. */
export async function assign(
  world: CpnsWorld,
  change: Partial<HandWish> = {},
  ask: Ask = (octets) => post(world, octets),
): Promise<HandAssignment> {
  const begun = await beginAssignment(world, change, ask)
  const { challenge } = begun
  const proved = await prove(begun)
  const response = proved.send
  if (response === undefined) {
    return { challenge, response, answer: challenge, outcome: proved.outcome }
  }
  const answer = await ask(response)
  const { outcome } = assignmentStep(proved.state, { kind: 'message', octets: answer })
  return { challenge, response, answer, outcome }
}

/** The EUKey that was handed over, or the test fails. */
export async function assigned(world: CpnsWorld, change: Partial<HandWish> = {}) {
  const { outcome } = await assign(world, change)
  if (outcome?.kind !== 'assigned') {
    throw new Error(`the assignment by hand came to no EUKey: ${JSON.stringify(outcome)}`)
  }
  return outcome
}
