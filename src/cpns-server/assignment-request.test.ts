/** EUKeyAssignmentRequests: challenges, known and unknown users, refusals. CR 7.4.3.1, M-5, M-7 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  SERVER_ID,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import {
  ALICE_ID,
  addUser,
  assign,
  beginAssignment,
  TEST_COST,
} from '../../test/support/hand-assignment.ts'
import { asking, statusOf } from '../../test/support/hand-client.ts'
import { type AuthenticateRequest, decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { createSealingRing } from '../crypto/sealing-ring.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { toHex } from '../octets/octets.ts'
import type { Arrival } from './arrival.ts'
import { answerAssignmentRequest } from './assignment-request.ts'
import { passwordPolicyOf } from './password-policy.ts'
import { createVerifierFinder } from './users.ts'

let world: CpnsWorld

beforeEach(async () => {
  world = createCpnsWorld({ passwords: { cost: TEST_COST } })
  await addUser(world)
})

afterEach(async () => {
  await world.close()
})

const challengeOf = (octets: Uint8Array) => decodeMessage(octets) as AuthenticateRequest
const unknown = (n: number) => parseUserId(`nobody ${n}`)

describe('a challenge', () => {
  test('carries salt and cost of the user, 16 random octets and State', async () => {
    const { challenge } = await beginAssignment(world)
    const { authReqData, entityId, transactionId } = challengeOf(challenge)
    const user = await world.store.findUser(ALICE_ID)
    expect([entityId, transactionId]).toEqual([SERVER_ID, 'a-1'])
    expect(authReqData.kdf).toEqual(user?.kdf)
    expect(authReqData.algorithm).toBe('HMAC-SHA-256')
    expect(authReqData.randomServer).toHaveLength(16)
    expect(authReqData.state.length).toBeGreaterThan(100)
  })

  test('has a fresh RAND each time', async () => {
    const randoms = [await beginAssignment(world), await beginAssignment(world)].map(
      ({ challenge }) => toHex(challengeOf(challenge).authReqData.randomServer),
    )
    expect(new Set(randoms).size).toBe(2)
  })

  test('changes nothing durable', async () => {
    await beginAssignment(world)
    expect(await world.store.listEntities()).toEqual([])
    expect(await world.store.findCandidateEuKeys(GATEWAY_ID, world.clock.nowMs())).toEqual([])
  })

  test('comes over a WebSocket too', async () => {
    const { challenge } = await beginAssignment(world, {}, asking(world.connect()))
    expect(challengeOf(challenge).authReqData.kdf?.n).toBe(TEST_COST.n)
  })
})

describe('an unknown UserID', () => {
  const shapeOf = (octets: Uint8Array) => {
    const { authReqData, ...rest } = challengeOf(octets)
    const { randomServer, state, kdf, ...constant } = authReqData
    const lengths = [randomServer.length, state.length, kdf?.salt.length]
    return { ...rest, constant, cost: { ...kdf, salt: 0 }, lengths }
  }

  test('gets the same challenge in all but salt, RAND and State, of the same lengths', async () => {
    const known = await beginAssignment(world)
    const other = await beginAssignment(world, { userId: parseUserId('alicf') })
    expect(shapeOf(other.challenge)).toEqual(shapeOf(known.challenge))
    expect(other.challenge).toHaveLength(known.challenge.length)
  })

  test('gets the same salt each time, also after a restart, and another than its neighbour', async () => {
    const saltOf = async (n: number) =>
      challengeOf((await beginAssignment(world, { userId: unknown(n) })).challenge).authReqData.kdf
        ?.salt
    const salts = [await saltOf(1), await saltOf(1), await saltOf(2)]
    world.restartServer()
    expect(await saltOf(1)).toEqual(salts[0])
    expect(salts[1]).toEqual(salts[0])
    expect(salts[2]).not.toEqual(salts[0])
  })
})

describe('refusals', () => {
  test('no common algorithm is 426', async () => {
    const { challenge } = await beginAssignment(world, { algorithms: ['SHA-1'] })
    expect(decodeMessage(challenge)).toEqual({
      name: 'EUKeyAssignmentResponse',
      transactionId: 'a-1',
      entityId: SERVER_ID,
      status: 426,
    })
  })

  test('over PSK-TLS is 403: such a peer has a card', async () => {
    const ask = async (octets: Uint8Array) =>
      (await world.server.answerPost(octets, '192.0.2.1', { tlsBtid: btidOf(1) })).octets
    const { challenge } = await beginAssignment(world, {}, ask)
    expect(decodeMessage(challenge)).toMatchObject({
      name: 'EUKeyAssignmentResponse',
      status: 403,
    })
  })

  test.each([SERVER_ID, parseEntityId('urn:cpns:service:echo')])(
    'for the name %s, which is no entity, is 403',
    async (entityId) => {
      const { challenge } = await beginAssignment(world, { entityId })
      expect(decodeMessage(challenge)).toMatchObject({
        name: 'EUKeyAssignmentResponse',
        status: 403,
      })
    },
  )

  test('after too many attempts is 429, before anything is derived for it', async () => {
    for (let n = 0; n < 3; n++) {
      await assign(world, { password: 'wrong', transactionId: `a-${n}` })
    }
    const { challenge } = await beginAssignment(world, { transactionId: 'a-9' })
    expect(decodeMessage(challenge)).toMatchObject({
      name: 'EUKeyAssignmentResponse',
      transactionId: 'a-9',
      status: 429,
      retryAfter: 1,
    })
  })

  test('without TLS is an Error that says so', async () => {
    const ask = async (octets: Uint8Array) =>
      (await world.server.answerPost(octets, '127.0.0.1', { plain: true })).octets
    const { challenge } = await beginAssignment(world, {}, ask)
    expect(decodeMessage(challenge)).toMatchObject({
      name: 'Error',
      status: 403,
      detail: 'EUKeyAssignmentRequest: only over TLS',
    })
  })
})

describe('a request in a relay record (M-7)', () => {
  const relayed: Arrival = { kind: 'relay', remoteAddress: 'a', via: GATEWAY_ID, pne: WATCH_ID }
  const ask = async (
    pneAssignment: 'refuse' | 'trusted-gateway' | undefined,
    entityId: typeof WATCH_ID,
  ): Promise<Uint8Array> => {
    const { clock, store } = world
    const passwords = { cost: TEST_COST, ...(pneAssignment && { pneAssignment }) }
    const random = { octets: (length: number) => new Uint8Array(length).fill(5) }
    const ports = { store, clock, random }
    const context = {
      options: {
        entityId: SERVER_ID,
        algorithms: ['HMAC-SHA-256'] as const,
        sessionLifetimeSeconds: { pnGw: 60, pne: 50 },
        passwords,
      },
      ports: { ...ports, stateRing: createSealingRing({ purpose: 'cpns state' }, ports) },
    } as unknown as Parameters<typeof answerAssignmentRequest>[2]
    const message = {
      name: 'EUKeyAssignmentRequest',
      transactionId: 'a-1',
      entityId,
      userId: ALICE_ID,
      randomClient: new Uint8Array(16),
      algorithms: ['HMAC-SHA-256'],
    } as const
    const verifiers = createVerifierFinder(passwordPolicyOf(passwords).cost, ports)
    const received = { octets: encodeMessage(message), message }
    return await answerAssignmentRequest(received, relayed, { ...context, verifiers })
  }

  test('is 403 unless policy trusts the PN GW', async () => {
    expect(statusOf(await ask(undefined, WATCH_ID))).toBe(403)
    expect(statusOf(await ask('refuse', WATCH_ID))).toBe(403)
    const { authReqData } = challengeOf(await ask('trusted-gateway', WATCH_ID))
    expect(authReqData.sessionLifetime).toBe(50)
  })

  test('is 403 for another PNE than the relay names', async () => {
    expect(statusOf(await ask('trusted-gateway', GATEWAY_ID))).toBe(403)
  })
})
