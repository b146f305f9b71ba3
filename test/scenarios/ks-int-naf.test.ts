/** A server that demands Ks_int_NAF: real card, HSS, BSF and server, and a PN GW between them. K-1, M-8 */
import { afterEach, describe, expect, test } from 'vitest'
import { decodeMessage, encodeMessage } from '../../src/cpns/messages.ts'
import type { CpnsServerOptions } from '../../src/cpns-server/options.ts'
import { fingerprint } from '../../src/crypto/fingerprint.ts'
import type { Secret } from '../../src/crypto/secret.ts'
import { encodeNafId, UA_ID_CPNS } from '../../src/identity/naf-id.ts'
import { fromHex, toBase64, toHex } from '../../src/octets/octets.ts'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import type { TraceEvent } from '../../src/trace/trace.ts'
import {
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  type GatewayChange,
  NAF_FQDN,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { createGbaSide, type GbaSide, type GbaSideChange } from '../support/gba-side.ts'
import type { Tamper } from '../support/memory-socket.ts'
import { collect, numbered, sendUp } from './traffic.ts'

const GSID = 1_000_001
const UICC_BASED = [
  { gsid: GSID, type: 0, uids: [], flags: [], keyChoice: 'UICC_BASED_KEY' as const },
]
const START_EUKEY = (() => {
  const nafId = encodeNafId({ nafFqdn: NAF_FQDN, uaId: UA_ID_CPNS })
  return fromHex(`803a0000${nafId.length.toString(16).padStart(2, '0')}${toHex(nafId)}`)
})()

type Policy = { -readonly [K in keyof CpnsServerOptions]?: CpnsServerOptions[K] }

let world: CpnsWorld
let failures: Error[]

afterEach(async () => {
  await world.close()
})

/** A PN GW with a card, not started. @param policy Read again when the server restarts. */
async function prepare(
  policy: Policy,
  change: GbaSideChange & Pick<GatewayChange, 'network'> = {},
): Promise<GbaSide & { readonly gateway: PnGw }> {
  world = createCpnsWorld(policy)
  failures = []
  const side = await createGbaSide(world, change)
  const gateway = world.createGateway({
    ports: { credentials: side.credentials, onFailed: (error) => failures.push(error) },
    ...(change.network && { network: change.network }),
  })
  return { ...side, gateway }
}

const messagesAt = (point: TraceEvent['point']): TraceEvent[] =>
  world.traced.filter((item): item is TraceEvent => item.kind === 'message' && item.point === point)

/** Handshake messages as the PN GW saw them, with KeyType or Status. */
const handshakes = (): string[] =>
  messagesAt('CPNS-2')
    .filter(({ message }) => message.startsWith('Connect'))
    .filter(({ side, from, to }) => (side === 'sent' ? from : to) === GATEWAY_ID)
    .map(({ message, fields }) =>
      `${message} ${fields.Status ?? ''} ${fields.KeyType ?? ''}`.trim(),
    )

const euKeyCommands = (): string[] =>
  messagesAt('APDU')
    .filter(({ message, fields }) => message.endsWith('EUKEY') && fields.outcome !== undefined)
    .map(({ message, fields }) => `${message}: ${fields.outcome}`)

/** The PN GW's session and EUKey, as the server has them. */
async function atServer() {
  const nowMs = world.clock.nowMs()
  const infos = (await world.store.listSessions(nowMs)).filter(
    ({ entityId }) => entityId === GATEWAY_ID,
  )
  const session = await world.store.findSession(infos.at(-1)?.sessionId ?? '', nowMs)
  const euKey = await world.store.findCurrentEuKey(GATEWAY_ID, nowMs)
  if (session === undefined || euKey === undefined) throw new Error('the server has no session')
  return { session, euKey, count: infos.length }
}

const occurrences = (texts: readonly string[], secret: Secret): number =>
  texts.filter((text) =>
    [toHex(secret.reveal()), toBase64(secret.reveal())].some((form) => text.includes(form)),
  ).length

describe('policy demands it', () => {
  test('after a 421 the card proves, and both sides hold one session key', async () => {
    const { gateway } = await prepare({ gbaKeyType: 'ks-int-naf' })
    await gateway.start()
    expect(handshakes()).toEqual([
      'ConnectRequest  ks-ext-naf',
      'ConnectResponse 421 ks-int-naf',
      'ConnectRequest  ks-int-naf',
      'ConnectResponse 200',
    ])
    expect(euKeyCommands()).toEqual([
      'START EUKEY: success',
      'PROVE EUKEY: success',
      'CONFIRM EUKEY: success',
    ])
    const { session, euKey, count } = await atServer()
    expect([euKey.keyType, count]).toEqual(['ks-int-naf', 1])
    expect(gateway.session?.fingerprint).toBe(fingerprint(session.sessionKey))
  })

  test('and the PN GW forwards', async () => {
    const { gateway } = await prepare({ gbaKeyType: 'ks-int-naf' })
    const received = collect(world)
    await gateway.start()
    const watch = await world.createPne(WATCH_ID, 10, gateway)
    await watch.pne.start()
    expect(await sendUp(watch.pne, 'm', 3)).toEqual([200, 200, 200])
    await settle()
    expect(received).toEqual(numbered('m', 3))
  })

  test('Ks_int_NAF crosses no reader, the session key once; the trace shows neither', async () => {
    const { gateway, apdus } = await prepare({ gbaKeyType: 'ks-int-naf' })
    await gateway.start()
    const { session, euKey } = await atServer()
    expect(occurrences(apdus, euKey.key)).toBe(0)
    expect(occurrences(apdus, session.sessionKey)).toBe(1)
    const traced = world.traced.map((item) => JSON.stringify(item))
    expect(occurrences(traced, euKey.key) + occurrences(traced, session.sessionKey)).toBe(0)
  })

  test('a session that ends is followed by another, without a 421 and with the same B-TID', async () => {
    const { gateway } = await prepare({ gbaKeyType: 'ks-int-naf' })
    world.lifetimes.pnGw = 30
    await gateway.start()
    const first = await atServer()
    const before = handshakes().length
    await world.elapse(31_000)
    const second = await atServer()
    expect(second.session.sessionId).not.toBe(first.session.sessionId)
    expect(second.euKey.id).toBe(first.euKey.id)
    expect(handshakes().slice(before)).toEqual([
      'ConnectRequest  ks-int-naf',
      'ConnectResponse 200',
    ])
    expect(gateway.session?.sessionId).toBe(second.session.sessionId)
  })
})

describe('the key choice of the subscriber demands it', () => {
  test('though policy does not', async () => {
    const policy = { gbaKeyType: 'ks-ext-naf', gsid: GSID } as const
    const { gateway } = await prepare(policy, { ussList: UICC_BASED })
    await gateway.start()
    expect(handshakes()[1]).toBe('ConnectResponse 421 ks-int-naf')
    expect((await atServer()).euKey.keyType).toBe('ks-int-naf')
  })

  test('of a server that does not ask for it, not', async () => {
    const { gateway } = await prepare({ gbaKeyType: 'ks-ext-naf' }, { ussList: UICC_BASED })
    await gateway.start()
    expect((await atServer()).euKey.keyType).toBe('ks-ext-naf')
    expect(euKeyCommands()).toEqual([])
  })
})

describe('policy changes', () => {
  test('to Ks_int_NAF: the stored key does not count any more, the same B-TID does', async () => {
    const policy: Policy = { gbaKeyType: 'ks-ext-naf' }
    const { gateway } = await prepare(policy)
    world.lifetimes.pnGw = 30
    await gateway.start()
    const weak = await atServer()
    expect(weak.euKey.keyType).toBe('ks-ext-naf')
    policy.gbaKeyType = 'ks-int-naf'
    world.restartServer()
    await world.elapse(31_000)
    const strong = await atServer()
    expect([strong.euKey.id, strong.euKey.keyType]).toEqual([weak.euKey.id, 'ks-int-naf'])
    expect(handshakes().slice(2)).toEqual([
      'ConnectRequest  ks-ext-naf',
      'ConnectResponse 421 ks-int-naf',
      'ConnectRequest  ks-int-naf',
      'ConnectResponse 200',
    ])
  })

  test('back to Ks_ext_NAF: a PN GW that was asked for more does not go down', async () => {
    const policy: Policy = { gbaKeyType: 'ks-int-naf' }
    const { gateway } = await prepare(policy)
    world.lifetimes.pnGw = 30
    await gateway.start()
    policy.gbaKeyType = 'ks-ext-naf'
    world.restartServer()
    await world.elapse(31_000)
    expect(failures.map(({ message }) => message)).toEqual([
      'the server asks for another key than the PN GW goes down to (status 421, KeyType ks-ext-naf)',
    ])
    expect(gateway.session).toBeUndefined()
  })
})

describe('what cannot be', () => {
  const refusal = async (change: GbaSideChange) => {
    const { gateway } = await prepare({ gbaKeyType: 'ks-int-naf' }, change)
    const started = await gateway.start().then(
      () => 'a session',
      (error: Error) => error.message,
    )
    expect(await world.store.listSessions(world.clock.nowMs())).toHaveLength(0)
    return started
  }

  test.each(['6d00', '6e00'])('a card of another maker (%s)', async (sw) => {
    const answer = (command: string) => (command.startsWith('803') ? fromHex(sw) : undefined)
    expect(await refusal({ answer })).toBe(
      'the server demands Ks_int_NAF, but the card has no EUKey operations, so it cannot use that key',
    )
    expect(failures).toHaveLength(1)
  })

  test('a card without GBA_U', async () => {
    const usim = { application: 'USIM', imsi: '001010123456789', mncLength: 2, gba: false }
    expect(await refusal({ uiccType: 'GBA', profile: { applications: [usim] } })).toBe(
      'the server does not accept the key of a card without GBA_U (status 421, KeyType ks-int-naf)',
    )
    expect(euKeyCommands()).toEqual([])
  })

  test('a HASH of the server that is wrong: the card gives no session key', async () => {
    const down: Tamper = (frame) => {
      if (frame.kind === 'binary') return [frame]
      const message = decodeMessage(frame.octets)
      if (message.name !== 'ConnectResponse' || message.hash === undefined) return [frame]
      const octets = encodeMessage({ ...message, hash: new Uint8Array(32) })
      return [{ ...frame, octets }]
    }
    const { gateway } = await prepare({ gbaKeyType: 'ks-int-naf' }, { network: () => ({ down }) })
    await expect(gateway.start()).rejects.toThrow('did not prove that it knows the EUKey')
    expect(euKeyCommands().at(-1)).toBe('CONFIRM EUKEY: authentication error, incorrect MAC')
    expect(gateway.session).toBeUndefined()
  })
})

test('somebody else at the card ends an exchange; the next one is good', async () => {
  let intrusions = 0
  let transmit: GbaSide['transmit'] = async () => new Uint8Array(0)
  const down: Tamper = (frame) => {
    const isChallenge =
      frame.kind === 'text' && decodeMessage(frame.octets).name === 'AuthenticateRequest'
    if (isChallenge && intrusions++ === 0) void transmit(START_EUKEY)
    return [frame]
  }
  const side = await prepare({ gbaKeyType: 'ks-int-naf' }, { network: () => ({ down }) })
  transmit = side.transmit
  const started = side.gateway.start()
  await world.elapse(5000)
  await started
  expect(euKeyCommands()).toEqual([
    'START EUKEY: success',
    'PROVE EUKEY: conditions of use not satisfied',
    'START EUKEY: success',
    'PROVE EUKEY: success',
    'CONFIRM EUKEY: success',
  ])
  const { session } = await atServer()
  expect(side.gateway.session?.fingerprint).toBe(fingerprint(session.sessionKey))
})
