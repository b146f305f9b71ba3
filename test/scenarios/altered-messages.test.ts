/**
 * Whoever sits between a client and the server changes one thing in one message of a handshake: each
 * attribute of each, or one octet of white space. No session comes of it. M-1, M-2, M-4
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeRelayContent, encodeRelayContent } from '../../src/cpns/record-content.ts'
import type { Btid } from '../../src/identity/btid.ts'
import { fromUtf8, utf8 } from '../../src/octets/octets.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  keyOf,
  OTHER_IMPI,
  WATCH_ID,
} from '../support/cpns-world.ts'
import {
  type Ask,
  attachByHand,
  connect,
  connected,
  type HandExchange,
  type HandStart,
  nextFrame,
  post,
  sendRecord,
} from '../support/hand-client.ts'

type Alter = (text: string) => string

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  world.zn.know(btidOf(2), gbaUAnswer(2, world.clock, OTHER_IMPI))
})

afterEach(async () => {
  await world.close()
})

const sessionsOf = async (entityId: string): Promise<number> => {
  const sessions = await world.store.listSessions(world.clock.nowMs())
  return sessions.filter((session) => session.entityId === entityId).length
}

/** Changes the message of this name, whichever way it goes. */
function between(ask: Ask, name: string, alter: Alter): Ask {
  const pass = (octets: Uint8Array): Uint8Array => {
    const text = fromUtf8(octets)
    if (!text.startsWith(`<${name} `)) return octets
    const altered = alter(text)
    expect(altered).not.toBe(text)
    return utf8(altered)
  }
  return async (octets) => pass(await ask(pass(octets)))
}

/** What a PN GW and a PNE behind it start with, and how their messages go. */
interface Client {
  readonly start: Partial<HandStart>
  readonly entityId: string
  ask(): Promise<Ask>
}

/** An assigned EUKey has no B-TID; `Partial` has no other way to take the default back. */
const NO_BTID = undefined as unknown as Btid

const PN_GW: Client = {
  start: {},
  entityId: GATEWAY_ID,
  ask: async () => (octets) => post(world, octets),
}

const PNE: Client = {
  start: {
    entityId: WATCH_ID,
    role: 'pne',
    via: GATEWAY_ID,
    keyType: 'assigned',
    euKey: keyOf(10),
    btid: NO_BTID,
  },
  entityId: WATCH_ID,
  async ask() {
    await assignedKeys()
    const socket = world.connect()
    const channel = await attachByHand(socket, await connected(world))
    return async (octets) => {
      const content = encodeRelayContent({ entityId: WATCH_ID, octets })
      await sendRecord(socket, channel.seal('relay', content))
      for (;;) {
        const opened = channel.open(await nextFrame(socket, 'binary'))
        if (opened.outcome !== 'record') throw new Error(opened.reason)
        if (opened.type === 'relay') return decodeRelayContent(opened.content).octets
      }
    }
  },
}

/** EUKeys of two PNEs, so that another EntityID is one that the server knows. */
async function assignedKeys(): Promise<void> {
  for (const [entityId, octet] of [
    [WATCH_ID, 10],
    [CAR_ID, 11],
  ] as const) {
    await world.store.assignEuKey({
      id: `eukey-${octet}`,
      entityId,
      owner: { kind: 'user', id: 'alice' },
      source: 'assigned',
      keyType: 'assigned',
      key: keyOf(octet),
      createdAtMs: world.clock.nowMs(),
      expiresAtMs: world.clock.nowMs() + 3600_000,
    })
  }
}

async function exchange(client: Client, name: string, alter: Alter): Promise<HandExchange> {
  return await connect(world, client.start, between(await client.ask(), name, alter))
}

const attribute =
  (name: string, value: string | ((former: string) => string)): Alter =>
  (text) =>
    text.replace(new RegExp(` ${name}="([^"]*)"`), (_, former: string) => {
      return ` ${name}="${typeof value === 'string' ? value : value(former)}"`
    })

/** Another base64 of the same length. */
const otherOctets = (former: string): string => (former[0] === 'A' ? 'B' : 'A') + former.slice(1)
const without =
  (name: string): Alter =>
  (text) =>
    text.replace(new RegExp(` ${name}="[^"]*"`), '')

type Change = readonly [message: string, attribute: string, alter: Alter]

const otherRole = (former: string): string => (former === 'pne' ? 'pn-gw' : 'pne')

const CHANGES: readonly Change[] = [
  ['ConnectRequest', 'TransactionID', attribute('TransactionID', 't-2')],
  ['ConnectRequest', 'EntityID', attribute('EntityID', CAR_ID)],
  ['ConnectRequest', 'RAND', attribute('RAND', otherOctets)],
  ['ConnectRequest', 'Role', attribute('Role', otherRole)],
  ['ConnectRequest', 'KeyType', attribute('KeyType', 'ks-int-naf')],
  ['ConnectRequest', 'Algorithms', attribute('Algorithms', 'HMAC-SHA-256 SHA-1')],
  ['AuthenticateRequest', 'TransactionID', attribute('TransactionID', 't-2')],
  ['AuthenticateRequest', 'EntityID', attribute('EntityID', CAR_ID)],
  ['AuthenticateRequest', 'RAND', attribute('RAND', otherOctets)],
  ['AuthenticateRequest', 'Algorithm', attribute('Algorithm', 'SHA-1')],
  ['AuthenticateRequest', 'SessionLifetime', attribute('SessionLifetime', '86400')],
  ['AuthenticateRequest', 'State', attribute('State', otherOctets)],
  ['AuthenticateResponse', 'TransactionID', attribute('TransactionID', 't-2')],
  ['AuthenticateResponse', 'EntityID', attribute('EntityID', CAR_ID)],
  ['AuthenticateResponse', 'HASH', attribute('HASH', otherOctets)],
  ['AuthenticateResponse', 'State', attribute('State', otherOctets)],
  ['ConnectResponse', 'TransactionID', attribute('TransactionID', 't-2')],
  ['ConnectResponse', 'EntityID', attribute('EntityID', CAR_ID)],
  ['ConnectResponse', 'Status', attribute('Status', '401')],
  ['ConnectResponse', 'HASH', attribute('HASH', otherOctets)],
]
const OF_PN_GW: readonly Change[] = [
  ['ConnectRequest', 'BTID', attribute('BTID', btidOf(2))],
  ['ConnectRequest', 'BTID (left out)', without('BTID')],
]
const OF_PNE: readonly Change[] = [
  ['ConnectRequest', 'Via', attribute('Via', CAR_ID)],
  ['ConnectRequest', 'Via (left out)', without('Via')],
]

/** A message of another exchange is no outcome: the client goes on waiting for its own. */
async function outcomeOf(run: Promise<HandExchange>): Promise<string> {
  try {
    return (await run).outcome?.kind ?? 'none'
  } catch (error) {
    return (error as { code?: string }).code ?? 'unknown'
  }
}

const NO_SESSION = ['failed', 'invalid-message', 'unexpected-message']

describe.each([
  ['PN GW', PN_GW, [...CHANGES, ...OF_PN_GW]],
  ['PNE, by its own PN GW', PNE, [...CHANGES, ...OF_PNE]],
] as const)('a handshake of a %s', (_, client, changes) => {
  test.each(changes)('%s with another %s is no session', async (name, _attribute, alter) => {
    expect(NO_SESSION).toContain(await outcomeOf(exchange(client, name, alter)))
    // The server has made one only if all that it got was as the client sent it.
    expect(await sessionsOf(client.entityId)).toBe(name === 'ConnectResponse' ? 1 : 0)
  })

  test.each(['ConnectRequest', 'AuthenticateRequest', 'AuthenticateResponse'])(
    '%s with one octet of white space changed is no session',
    async (name) => {
      const run = exchange(client, name, (text) =>
        text.replace(' RAND', '\nRAND').replace(' State', '\nState'),
      )
      expect(await outcomeOf(run)).toBe('failed')
    },
  )

  test('and untouched is one', async () => {
    const run = exchange(client, 'Error', (text) => text)
    expect(await outcomeOf(run)).toBe('connected')
    expect(await sessionsOf(client.entityId)).toBe(1)
  })

  test('every attribute of every message is among them', async () => {
    const seen = new Set<string>()
    const ask = await client.ask()
    const look = (octets: Uint8Array): Uint8Array => {
      const text = fromUtf8(octets)
      const name = /^<(\w+)/.exec(text)?.[1]
      for (const [, attributeName] of text.matchAll(/ ([A-Za-z]+)="/g)) {
        if (attributeName !== 'xmlns') seen.add(`${name} ${attributeName}`)
      }
      return octets
    }
    await connect(world, client.start, async (octets) => look(await ask(look(octets))))
    const altered = new Set(changes.map(([name, attributeName]) => `${name} ${attributeName}`))
    expect([...seen].filter((one) => !altered.has(one))).toEqual([])
    expect(seen.size).toBeGreaterThan(19)
  })
})
