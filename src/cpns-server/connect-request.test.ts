/** ConnectRequests over `POST /cpns`: what is challenged, and what is refused and how. K-1, K-2, M-4, M-6 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  BSF_NAME,
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaCredentials,
  gbaUAnswer,
  keyOf,
  NAF_FQDN,
  SERVER_ID,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import { begin, connect, statusOf } from '../../test/support/hand-client.ts'
import {
  type AuthenticateRequest,
  type ConnectRequest,
  type CpnsMessage,
  decodeMessage,
} from '../cpns/messages.ts'
import type { ZnAnswer } from '../gba/zn.ts'
import type { Btid } from '../identity/btid.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { fromUtf8, toHex } from '../octets/octets.ts'
import { directArrival } from './arrival.ts'
import { answerConnectRequest } from './connect-request.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

/** In another world, with other options. */
async function inWorld(
  change: Parameters<typeof createCpnsWorld>[0],
  act: (other: CpnsWorld) => Promise<void>,
): Promise<void> {
  const other = createCpnsWorld(change)
  other.zn.know(btidOf(1), gbaUAnswer(1, other.clock))
  await act(other)
  await other.close()
}

const foreignBtid = btidOf(1).replace(BSF_NAME, 'bsf.elsewhere.example') as Btid

/** RAND of an AuthenticateRequest, in hex. */
const randomIn = (message: CpnsMessage | undefined): string =>
  toHex((message as AuthenticateRequest).authReqData.randomServer)

describe('a challenge', () => {
  test('has a fresh RAND, the algorithm, the lifetime and State', async () => {
    const [first, second] = [await begin(world), await begin(world)].map(({ answer }) =>
      decodeMessage(answer),
    )
    expect(first).toMatchObject({
      name: 'AuthenticateRequest',
      transactionId: 't-1',
      entityId: SERVER_ID,
      authReqData: { algorithm: 'HMAC-SHA-256', sessionLifetime: 3600 },
    })
    expect(new Set([first, second].map(randomIn)).size).toBe(2)
  })

  test('changes nothing durable', async () => {
    await begin(world)
    expect(await world.store.listSessions(world.clock.nowMs())).toEqual([])
    expect(await world.store.listEuKeys()).toEqual([])
    expect(await world.store.findEntity(GATEWAY_ID)).toBeUndefined()
  })

  test('offers no session that outlives the EUKey', async () => {
    const keyExpiresAtMs = world.clock.nowMs() + 90_500
    world.zn.know(btidOf(2), { ...gbaUAnswer(2, world.clock), keyExpiresAtMs })
    const { answer } = await begin(world, gbaCredentials(2))
    expect(decodeMessage(answer)).toMatchObject({ authReqData: { sessionLifetime: 90 } })
  })

  test('is none under a key whose last second the BSF took to answer', async () => {
    const keyExpiresAtMs = world.clock.nowMs() + 1500
    world.zn.requestBootstrappingInfo = async () => {
      await world.clock.advance(501)
      return { ...gbaUAnswer(2, world.clock), keyExpiresAtMs }
    }
    expect(statusOf((await begin(world, gbaCredentials(2))).answer)).toBe(402)
  })

  test('has the lifetime of the role', async () => {
    world.lifetimes.pnGw = 77
    expect(decodeMessage((await begin(world)).answer)).toMatchObject({
      authReqData: { sessionLifetime: 77 },
    })
  })

  test('takes the first algorithm of its own that is offered', async () => {
    await inWorld({ algorithms: ['SHA-1', 'HMAC-SHA-256'] }, async (other) => {
      const { answer } = await begin(other, { algorithms: ['HMAC-SHA-256', 'SHA-1'] })
      expect(decodeMessage(answer)).toMatchObject({ authReqData: { algorithm: 'SHA-1' } })
    })
  })
})

describe('an EUKey that is not here is 402, one answer for all', () => {
  const refusal = async (change: Parameters<typeof begin>[1]): Promise<string> =>
    fromUtf8((await begin(world, change)).answer)

  test('unknown, expired and foreign-domain B-TIDs are told the same', async () => {
    const keyExpiresAtMs = world.clock.nowMs() - 1000
    world.zn.know(btidOf(2), { ...gbaUAnswer(2, world.clock), keyExpiresAtMs })
    const unknown = await refusal({ btid: btidOf(3) })
    expect(unknown).toContain('Status="402"')
    expect(await refusal({ btid: btidOf(2) })).toBe(unknown)
    expect(await refusal({ btid: foreignBtid })).toBe(unknown)
    expect(await refusal({ entityId: GATEWAY_ID, keyType: 'assigned' })).toBe(unknown)
  })

  test('with the hints of design 6: BSF, NAF and UaID', async () => {
    expect(decodeMessage((await begin(world, { btid: btidOf(3) })).answer)).toEqual({
      name: 'ConnectResponse',
      transactionId: 't-1',
      entityId: SERVER_ID,
      status: 402,
      bsf: BSF_NAME,
      naf: NAF_FQDN,
      uaId: 'ff43504e53',
    })
  })

  test('a server with two BSFs names none of them', async () => {
    const euKeys = { forConnect: async () => ({ outcome: 'none' }) }
    const zn = new Map([BSF_NAME, 'bsf.elsewhere.example'].map((name) => [name, world.zn]))
    const options = { entityId: SERVER_ID, nafFqdn: NAF_FQDN, uaId: UA_ID_CPNS }
    const server = { options: { ...options, algorithms: ['HMAC-SHA-256'] }, ports: { zn }, euKeys }
    const { connectRequest: octets } = await begin(world)
    const received = { octets, message: decodeMessage(octets) as ConnectRequest }
    const answer = await answerConnectRequest(
      received,
      directArrival('192.0.2.1'),
      server as unknown as Parameters<typeof answerConnectRequest>[2],
    )
    expect(decodeMessage(answer)).toMatchObject({ status: 402, naf: NAF_FQDN })
    expect(decodeMessage(answer)).not.toHaveProperty('bsf')
  })

  test('a foreign domain costs no look-up', async () => {
    await refusal({ btid: foreignBtid })
    expect(world.zn.asked).toEqual([])
  })
})

describe('what kind of key is accepted (K-1, K-2)', () => {
  const withoutGbaU = (octet: number, of: CpnsWorld): ZnAnswer => {
    const { uiccKeyMaterial: _, ...answer } = gbaUAnswer(octet, of.clock)
    return answer
  }

  test('a card without GBA_U is 421 unless policy allows it', async () => {
    world.zn.know(btidOf(4), withoutGbaU(4, world))
    const { answer } = await begin(world, gbaCredentials(4))
    expect(decodeMessage(answer)).toMatchObject({ status: 421, keyType: 'ks-ext-naf' })
  })

  test('with allowGbaMe it is a session under Ks_NAF', async () => {
    await inWorld({ allowGbaMe: true }, async (other) => {
      other.zn.know(btidOf(4), withoutGbaU(4, other))
      const { outcome } = await connect(other, { ...gbaCredentials(4), keyType: 'ks-naf' })
      expect(outcome?.kind).toBe('connected')
    })
  })

  test('a client that names another kind than was found is 421', async () => {
    const { answer } = await begin(world, { keyType: 'ks-int-naf' })
    expect(decodeMessage(answer)).toMatchObject({ status: 421, keyType: 'ks-ext-naf' })
  })

  test('a server that demands Ks_int_NAF says so', async () => {
    await inWorld({ gbaKeyType: 'ks-int-naf' }, async (other) => {
      const { answer } = await begin(other)
      expect(decodeMessage(answer)).toMatchObject({ status: 421, keyType: 'ks-int-naf' })
    })
  })
})

describe('refusals', () => {
  test('an algorithm that is not accepted is 426, before any look-up', async () => {
    expect(statusOf((await begin(world, { algorithms: ['SHA-1'] })).answer)).toBe(426)
    expect(world.zn.asked).toEqual([])
  })

  test('what cpns-1.0 refuses is 400, before any look-up', async () => {
    await inWorld({ algorithms: ['SHA-1'] }, async (other) => {
      const { answer } = await begin(other, { algorithms: ['SHA-1'], transactionId: 't 1' })
      expect(statusOf(answer)).toBe(400)
      expect(other.zn.asked).toEqual([])
    })
  })

  test.each([SERVER_ID, parseEntityId('urn:cpns:service:echo')])(
    'the name %s, which is no entity, is 403, before any look-up',
    async (entityId) => {
      expect(statusOf((await begin(world, { entityId })).answer)).toBe(403)
      expect(world.zn.asked).toEqual([])
    },
  )

  test("a PNE's ConnectRequest posted directly is 403, before any look-up", async () => {
    const change = { role: 'pne', via: GATEWAY_ID, entityId: WATCH_ID } as const
    expect(statusOf((await begin(world, change)).answer)).toBe(403)
    expect(world.zn.asked).toEqual([])
  })

  test('a BSF that cannot be asked is 503 with RetryAfter', async () => {
    world.zn.know(btidOf(5), { outcome: 'unavailable' })
    const { answer } = await begin(world, gbaCredentials(5))
    expect(decodeMessage(answer)).toMatchObject({ status: 503, retryAfter: 1 })
  })

  test('the 11th look-up of an address in a minute is 429 with RetryAfter', async () => {
    for (let n = 20; n < 30; n++) await begin(world, { btid: btidOf(n) })
    const { answer } = await begin(world, { btid: btidOf(30) })
    expect(decodeMessage(answer)).toMatchObject({ status: 429, retryAfter: 60 })
  })

  test('an EUKey of the wrong octets is no reason to refuse here: the HASH is', async () => {
    expect(decodeMessage((await begin(world, { euKey: keyOf(99) })).answer).name).toBe(
      'AuthenticateRequest',
    )
  })
})
