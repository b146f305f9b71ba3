import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  SERVER_ID,
} from '../../test/support/cpns-world.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { decodeExchangeState, type ExchangeState } from '../cpns/exchange-state.ts'
import { type AuthenticateRequest, decodeMessage } from '../cpns/messages.ts'
import { createSealingRing } from '../crypto/sealing-ring.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { challengeOf } from './challenge.ts'
import type { ServerContext } from './options.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
})

afterEach(() => world.close())

function contextOf({ store, clock }: CpnsWorld) {
  const stateRing = createSealingRing(
    { purpose: 'cpns state' },
    { store, clock, random: createSeededRandom('challenge') },
  )
  const context = { options: { entityId: SERVER_ID }, ports: { stateRing } }
  return { stateRing, context: context as unknown as ServerContext }
}

/** Of an assignment through a PN GW in cpns-1.0, whose first message stands in State whole. */
const stateOf = (change: Partial<ExchangeState> = {}): ExchangeState => ({
  kind: 'assignment',
  firstMessage: new Uint8Array(1024),
  randomClient: new Uint8Array(16),
  entityId: parseEntityId(`u:${'x'.repeat(253)}`),
  role: 'pne',
  via: GATEWAY_ID,
  userId: parseUserId('alice'),
  keyType: 'assigned',
  euKeyId: 'f'.repeat(32),
  issuedAtMs: 1,
  transactionId: 't',
  randomServer: new Uint8Array(16),
  algorithm: 'SHA-1',
  sessionLifetime: 60,
  kdf: { kdf: 'scrypt', salt: new Uint8Array(16), n: 32_768, r: 8, p: 1 },
  ...change,
})

test('State holds the exchange, sealed', async () => {
  const { context, stateRing } = contextOf(world)
  const octets = await challengeOf(stateOf(), 'EUKeyAssignmentRequest', context)
  const { authReqData, entityId } = decodeMessage(octets) as AuthenticateRequest
  expect(entityId).toBe(SERVER_ID)
  const opened = await stateRing.open(authReqData.state)
  expect(decodeExchangeState(opened as Uint8Array)).toEqual(stateOf())
})

test('a first message that does not fit into State with its names is refused, not our own fault', async () => {
  const { context } = contextOf(world)
  const long = stateOf({
    via: parseEntityId(`u:${'y'.repeat(253)}`),
    userId: parseUserId('\u{1f511}'.repeat(120)),
  })
  const challenging = challengeOf(long, 'EUKeyAssignmentRequest', context)
  await expect(challenging).rejects.toThrow(
    new InvalidMessage('makes a State of over 2048 octets', 'EUKeyAssignmentRequest'),
  )
})
