/** Handshakes with the server over `POST /cpns`, good and bad. CR 7.5.2; K-2, K-4, M-4, M-6 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  BSF_NAME,
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  keyOf,
  NAF_FQDN,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import { answerChallenge, begin, connect, post, statusOf } from '../../test/support/hand-client.ts'
import { decodeMessage, encodeMessage } from '../cpns/messages.ts'
import type { Btid } from '../identity/btid.ts'
import { parseImpi } from '../identity/impi.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'

let world: CpnsWorld

const sessions = () => world.store.listSessions(world.clock.nowMs())

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

describe('a good exchange', () => {
  test('ends with one session and one bound entity', async () => {
    const { outcome } = await connect(world)
    expect(outcome?.kind).toBe('connected')
    expect(await sessions()).toHaveLength(1)
    expect(await world.store.findEntity(GATEWAY_ID)).toMatchObject({ owner: { kind: 'impi' } })
  })

  test('asks the BSF once for both halves', async () => {
    await connect(world)
    expect(world.zn.asked).toEqual([btidOf(1)])
  })

  test('changes nothing durable before the HASH has verified', async () => {
    await begin(world)
    expect(await sessions()).toEqual([])
    expect(await world.store.listEuKeys()).toEqual([])
    expect(await world.store.findEntity(GATEWAY_ID)).toBeUndefined()
  })
})

describe('an EUKey that is not here is 402, one answer for all', () => {
  const refusal = async (btid: Btid | undefined, keyType: 'ks-ext-naf' | 'assigned') => {
    const { outcome: _, ...change } = { btid, keyType, outcome: 0 }
    const start = btid === undefined ? { keyType } : change
    const exchange = await connect(world, start as Parameters<typeof connect>[1])
    return fromUtf8(exchange.lastAnswer)
  }

  test('unknown, expired and foreign-domain B-TIDs are told the same', async () => {
    const answer = gbaUAnswer(2, world.clock)
    world.zn.know(btidOf(2), {
      ...answer,
      keyExpiresAtMs: world.clock.nowMs() - 1000,
    } as typeof answer)
    const unknown = await refusal(btidOf(3), 'ks-ext-naf')
    const expired = await refusal(btidOf(2), 'ks-ext-naf')
    const foreign = await refusal(
      btidOf(1).replace(BSF_NAME, 'bsf.elsewhere.example') as Btid,
      'ks-ext-naf',
    )
    expect(decodeMessage(utf8(unknown))).toMatchObject({
      name: 'ConnectResponse',
      status: 402,
      naf: NAF_FQDN,
      uaId: 'ff43504e53',
    })
    expect(expired).toBe(unknown)
    expect(foreign).toBe(unknown)
  })

  test('a foreign domain costs no look-up', async () => {
    await refusal(btidOf(1).replace(BSF_NAME, 'bsf.elsewhere.example') as Btid, 'ks-ext-naf')
    expect(world.zn.asked).toEqual([])
  })

  test('an unknown entity with an assigned key is told the same', async () => {
    const { lastAnswer } = await connect(world, { keyType: 'assigned' })
    expect(statusOf(lastAnswer)).toBe(402)
  })
})

describe('what kind of key is accepted (K-2)', () => {
  test('a card without GBA_U is 421 unless policy allows it', async () => {
    const answer = gbaUAnswer(4, world.clock)
    const { uiccKeyMaterial: _, ...gbaMe } = answer as Extract<
      typeof answer,
      { outcome: 'success' }
    >
    world.zn.know(btidOf(4), gbaMe)
    const { lastAnswer } = await connect(world, { btid: btidOf(4), euKey: keyOf(4) })
    expect(decodeMessage(lastAnswer)).toMatchObject({ status: 421, keyType: 'ks-ext-naf' })
  })

  test('with allowGbaMe it is a session under Ks_NAF', async () => {
    const lenient = createCpnsWorld({ allowGbaMe: true })
    const answer = gbaUAnswer(4, lenient.clock)
    const { uiccKeyMaterial: _, ...gbaMe } = answer as Extract<
      typeof answer,
      { outcome: 'success' }
    >
    lenient.zn.know(btidOf(4), gbaMe)
    const change = { btid: btidOf(4), euKey: keyOf(4), keyType: 'ks-naf' as const }
    const { outcome } = await connect(lenient, change)
    expect(outcome?.kind).toBe('connected')
    await lenient.close()
  })

  test('a client that names another kind than was found is 421', async () => {
    const { lastAnswer } = await connect(world, { keyType: 'ks-int-naf' })
    expect(decodeMessage(lastAnswer)).toMatchObject({ status: 421, keyType: 'ks-ext-naf' })
  })

  test('a server that demands Ks_int_NAF says so', async () => {
    const strict = createCpnsWorld({ gbaKeyType: 'ks-int-naf' })
    strict.zn.know(btidOf(1), gbaUAnswer(1, strict.clock))
    const { lastAnswer } = await connect(strict)
    expect(decodeMessage(lastAnswer)).toMatchObject({ status: 421, keyType: 'ks-int-naf' })
    await strict.close()
  })
})

describe('refusals that end nothing', () => {
  test('a wrong EUKey is 401 and leaves the session of the right one', async () => {
    await connect(world)
    const before = await sessions()
    const { lastAnswer } = await connect(world, { euKey: keyOf(99), transactionId: 't-2' })
    expect(statusOf(lastAnswer)).toBe(401)
    expect(await sessions()).toEqual(before)
  })

  test('the EntityID of another owner is 403', async () => {
    await connect(world)
    const before = await sessions()
    const other = parseImpi('001010999999999@ims.mnc001.mcc001.3gppnetwork.org')
    world.zn.know(btidOf(5), gbaUAnswer(5, world.clock, other))
    const { lastAnswer } = await connect(world, { btid: btidOf(5), euKey: keyOf(5) })
    expect(statusOf(lastAnswer)).toBe(403)
    expect(await sessions()).toEqual(before)
  })

  test('an entity without owner is 403 where first use does not bind', async () => {
    const strict = createCpnsWorld({ firstUse: 'refuse' })
    strict.zn.know(btidOf(1), gbaUAnswer(1, strict.clock))
    expect(statusOf((await connect(strict)).lastAnswer)).toBe(403)
    expect(await strict.store.listEuKeys()).toEqual([])
    await strict.close()
  })

  test('an algorithm that is not accepted is 426', async () => {
    const { lastAnswer } = await connect(world, { algorithms: ['SHA-1'] })
    expect(statusOf(lastAnswer)).toBe(426)
  })

  test("a PNE's ConnectRequest posted directly is 403", async () => {
    const { lastAnswer } = await connect(world, {
      role: 'pne',
      via: GATEWAY_ID,
      entityId: WATCH_ID,
    })
    expect(statusOf(lastAnswer)).toBe(403)
  })
})

describe('replay of an AuthenticateResponse (M-4)', () => {
  test('the same octets get the same answer and no second session', async () => {
    const { authenticateResponse, lastAnswer } = await connect(world)
    const again = await post(world, authenticateResponse as Uint8Array)
    expect(fromUtf8(again)).toBe(fromUtf8(lastAnswer))
    expect(await sessions()).toHaveLength(1)
  })

  test('other octets with that State are 409, even by one space', async () => {
    const { authenticateResponse } = await connect(world)
    const altered = utf8(fromUtf8(authenticateResponse as Uint8Array).replace('/>', ' />'))
    expect(altered).not.toEqual(authenticateResponse)
    expect(statusOf(await post(world, altered))).toBe(409)
    expect(await sessions()).toHaveLength(1)
  })

  test('the same answer stays for State life and a minute, then State is too old', async () => {
    const { authenticateResponse, lastAnswer } = await connect(world)
    await world.clock.advance(89_000)
    expect(await post(world, authenticateResponse as Uint8Array)).toEqual(lastAnswer)
    await world.clock.advance(60_000)
    await world.store.removeExpired(world.clock.nowMs())
    expect(statusOf(await post(world, authenticateResponse as Uint8Array))).toBe(408)
  })

  test('two at once make one session', async () => {
    const { send } = await answerChallenge(await begin(world))
    const answers = await Promise.all([1, 2].map(() => post(world, send as Uint8Array)))
    expect(answers[0]).toEqual(answers[1])
    expect(await sessions()).toHaveLength(1)
  })
})

describe('State (M-4)', () => {
  const prove = async (delayMs: number, jumpMs = 0) => {
    const { send } = await answerChallenge(await begin(world))
    await world.clock.advance(delayMs)
    world.clock.jumpWall(jumpMs)
    return statusOf(await post(world, send as Uint8Array))
  }

  test('lives 30 seconds', async () => {
    expect(await prove(29_900)).toBe(200)
  })

  test('is refused later', async () => {
    expect(await prove(30_100)).toBe(408)
  })

  test('is not revived by a clock that goes back', async () => {
    expect(await prove(60_000, -3_600_000)).toBe(408)
  })

  test('of another exchange, or made up, is refused', async () => {
    const { send } = await answerChallenge(await begin(world))
    const message = decodeMessage(send as Uint8Array)
    if (message.name !== 'AuthenticateResponse') throw new Error('not the message meant')
    const swap = (change: object) =>
      post(world, encodeMessage({ ...message, ...change } as typeof message))
    expect(statusOf(await swap({ transactionId: 't-9' }))).toBe(400)
    expect(statusOf(await swap({ entityId: WATCH_ID }))).toBe(400)
    const forged = { ...message.authResData, state: new Uint8Array(120).fill(7) }
    expect(statusOf(await swap({ authResData: forged }))).toBe(400)
    expect(await sessions()).toEqual([])
  })

  test('under an EUKey that was replaced meanwhile is 409', async () => {
    const { send } = await answerChallenge(await begin(world))
    await connect(world, { transactionId: 't-2' })
    world.zn.know(btidOf(6), gbaUAnswer(6, world.clock))
    await connect(world, { transactionId: 't-3', btid: btidOf(6), euKey: keyOf(6) })
    expect(statusOf(await post(world, send as Uint8Array))).toBe(409)
  })
})

describe('what cannot be read', () => {
  const BAD: Readonly<Record<string, string>> = {
    'no XML': 'hello',
    'a DTD': '<!DOCTYPE a [<!ENTITY x "y">]><ConnectRequest xmlns="urn:oma:xml:cpns:core:1.1"/>',
    'deep nesting': '<a>'.repeat(600),
    'over 4 KiB': `<ConnectRequest xmlns="urn:oma:xml:cpns:core:1.1" Role="${'x'.repeat(5000)}"/>`,
    'another namespace': '<ConnectRequest xmlns="urn:example"/>',
  }

  for (const [name, text] of Object.entries(BAD)) {
    test(`${name} is Error 400`, async () => {
      const answer = await world.server.answerPost(utf8(text), '192.0.2.1')
      expect(answer.unreadable).toBe(true)
      expect(decodeMessage(answer.octets)).toMatchObject({ name: 'Error', status: 400 })
    })
  }

  test('a missing attribute is named', async () => {
    const text =
      '<ConnectRequest xmlns="urn:oma:xml:cpns:core:1.1" TransactionID="t" EntityID="urn:x:y" Role="pn-gw"/>'
    const message = decodeMessage(await post(world, utf8(text)))
    expect(message).toMatchObject({
      name: 'Error',
      status: 400,
      detail: expect.stringContaining('RAND'),
    })
  })

  test('a message that a server does not take is Error 400', async () => {
    const { firstAnswer } = await connect(world)
    expect(statusOf(await post(world, encodeMessage(firstAnswer)))).toBe(400)
  })
})

describe('when the store fails', () => {
  test('the answer is 503 and the session is not made', async () => {
    const { send } = await answerChallenge(await begin(world))
    await world.store.close()
    expect(statusOf(await post(world, send as Uint8Array))).toBe(503)
  })
})
