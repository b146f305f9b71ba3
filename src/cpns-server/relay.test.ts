import { beforeEach, describe, expect, test } from 'vitest'
import {
  CAR_ID,
  GATEWAY_ID,
  keyOf,
  OTHER_GATEWAY_ID,
  SERVER_ID,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { decodeRelayContent, encodeRelayContent } from '../cpns/record-content.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import type { EntityId } from '../identity/entity-id.ts'
import { utf8 } from '../octets/octets.ts'
import { noLog } from '../ports/log.ts'
import type { TraceItem } from '../trace/trace.ts'
import type { AttachmentDesk } from './attachment-desk.ts'
import {
  type Attachment,
  type AttachmentRegistry,
  createAttachmentRegistry,
} from './attachment-registry.ts'
import type { Endpoint } from './endpoint.ts'
import type { HandshakeAnswer } from './handshake-endpoint.ts'
import { Relay, type RelayParts } from './relay.ts'
import type { Session } from './server-store.ts'

let clock: VirtualClock
let registry: AttachmentRegistry
let relay: Relay
/** What the PN GW was sent, in order. */
let sent: string[]
let answerHandshake: (octets: Uint8Array, arrival: Endpoint['arrival']) => Promise<HandshakeAnswer>
let deskTake: (octets: Uint8Array, endpoint: Endpoint) => Promise<void>
let isDeskIdle: boolean
let logged: string[]
let traced: TraceItem[]

beforeEach(() => {
  clock = createVirtualClock()
  registry = createAttachmentRegistry()
  sent = []
  logged = []
  traced = []
  isDeskIdle = true
  answerHandshake = async () => ({ octets: ANSWER })
  deskTake = async () => {}
  relay = new Relay({
    options: { entityId: SERVER_ID },
    ports: {
      clock,
      log: { ...noLog, error: (event: string) => void logged.push(event) },
      trace: (item: TraceItem) => void traced.push(item),
    },
    registry,
    answerHandshake: (octets: Uint8Array, arrival: Endpoint['arrival']) =>
      answerHandshake(octets, arrival),
    createDesk: (endpoint: Endpoint) =>
      ({
        take: (octets: Uint8Array) => deskTake(octets, endpoint),
        get isIdle() {
          return isDeskIdle
        },
      }) as AttachmentDesk,
  } as unknown as RelayParts)
})

const HANDSHAKE = utf8('<a/>')
const ATTACH = Uint8Array.of(1, 0, ...new Uint8Array(32))
const ANSWER = encodeMessage({
  name: 'ConnectResponse',
  transactionId: 't',
  entityId: SERVER_ID,
  status: 403,
})

const sessionOf = (entityId: EntityId, via?: EntityId): Session => ({
  sessionId: 'a'.repeat(32),
  entityId,
  role: via === undefined ? 'pn-gw' : 'pne',
  ...(via !== undefined && { via }),
  euKeyId: 'k',
  sessionKey: keyOf(1),
  createdAtMs: clock.nowMs(),
  expiresAtMs: clock.nowMs() + 60_500,
})

/** What a record says, in words. */
function describeRecord(type: string, content: Uint8Array): string {
  if (type === 'control') {
    const status = decodeMessage(content)
    return status.name === 'PneStatus' ? `${status.state} ${status.secondsLeft}` : status.name
  }
  const { entityId, octets } = decodeRelayContent(content)
  const message = decodeMessage(octets)
  return `${entityId.slice(-1)} ${message.name} ${'status' in message ? message.status : ''}`
}

function attachGateway(session = sessionOf(GATEWAY_ID)): Attachment {
  let isOpen = true
  const attachment: Attachment = {
    session,
    get isOpen() {
      return isOpen
    },
    remoteAddress: '192.0.2.1',
    whenClosed: Promise.resolve(),
    ready: async () => {},
    async send(type, content) {
      if (!isOpen) throw new TransportFailed('closed')
      sent.push(describeRecord(type, content))
    },
    endNoLaterThan: () => {},
    interrupt: () => {},
    close(end) {
      if (!isOpen) return
      isOpen = false
      registry.forget(attachment, end)
    },
  }
  registry.open(attachment)
  return attachment
}

const take = (gateway: Attachment, octets: Uint8Array, pne: EntityId = WATCH_ID): Promise<void> =>
  relay.take(gateway, encodeRelayContent({ entityId: pne, octets }))

const settled = () => clock.advance(0)

describe('handshake messages', () => {
  test('are answered through the relay record of the PNE, and say how they arrived', async () => {
    const arrivals: Endpoint['arrival'][] = []
    answerHandshake = async (_, arrival) => {
      arrivals.push(arrival)
      return { octets: ANSWER }
    }
    await take(attachGateway(), HANDSHAKE)
    await settled()
    expect(sent).toEqual(['3 ConnectResponse 403'])
    expect(arrivals).toEqual([
      { kind: 'relay', via: GATEWAY_ID, pne: WATCH_ID, remoteAddress: '192.0.2.1' },
    ])
  })

  test('that made a session: the PN GW is told before the PNE', async () => {
    const session = sessionOf(WATCH_ID, GATEWAY_ID)
    const made = { session, endedSessionIds: [], formerSessionEndsAtMs: 0 }
    answerHandshake = async () => ({ octets: ANSWER, transactionId: 't', made })
    await take(attachGateway(), HANDSHAKE)
    await settled()
    expect(sent).toEqual(['admitted 60', '3 ConnectResponse 403'])
    expect(traced).toMatchObject([{ message: 'PneStatus', transactionId: 't' }])
  })

  test('of a slow look-up hold up nobody: not the records, not the next handshakes', async () => {
    answerHandshake = () => new Promise(() => {})
    const taken: number[] = []
    deskTake = async (octets) => void taken.push(octets.length)
    const gateway = attachGateway()
    await take(gateway, HANDSHAKE)
    await take(gateway, ATTACH)
    await take(gateway, HANDSHAKE, CAR_ID)
    await settled()
    expect(taken).toEqual([34])
  })

  test('more than four of one PNE at once are 429', async () => {
    answerHandshake = () => new Promise(() => {})
    const gateway = attachGateway()
    for (let n = 0; n < 5; n++) await take(gateway, HANDSHAKE)
    await take(gateway, HANDSHAKE, CAR_ID)
    await settled()
    expect(sent).toEqual(['3 Error 429'])
  })

  /** Ends the look-ups of a handshake message. */
  let give: ((answer: HandshakeAnswer) => void) | undefined
  const answerLater = (): void => {
    answerHandshake = () =>
      new Promise((resolve) => {
        give = resolve
      })
  }

  test('whose answer finds no PN GW wait for it to come back, for 30 seconds', async () => {
    answerLater()
    const gateway = attachGateway()
    await take(gateway, HANDSHAKE)
    gateway.close('session-ended')
    give?.({ octets: ANSWER })
    await clock.advance(29_999)
    expect(sent).toEqual([])
    attachGateway()
    await settled()
    expect(sent).toEqual(['3 ConnectResponse 403'])
    expect(clock.pendingTimers()).toBe(0)
  })

  test('whose answer comes too late are forgotten', async () => {
    answerLater()
    const gateway = attachGateway()
    await take(gateway, HANDSHAKE)
    gateway.close('session-ended')
    give?.({ octets: ANSWER })
    await clock.advance(30_000)
    attachGateway()
    await settled()
    expect([sent, relay.lineCount]).toEqual([[], 0])
  })

  test('that are an Error get no answer', async () => {
    answerHandshake = async () => ({ octets: ANSWER, isToError: true })
    await take(attachGateway(), HANDSHAKE)
    await settled()
    expect(sent).toEqual([])
  })
})

describe('attach frames and records', () => {
  test('of one PNE are handled one after the other, those of another meanwhile', async () => {
    const events: string[] = []
    const finish: (() => void)[] = []
    deskTake = async (octets, { arrival }) => {
      if (arrival.kind !== 'relay') return
      events.push(`${arrival.pne.slice(-1)} ${octets.length}`)
      await new Promise<void>((resolve) => finish.push(resolve))
    }
    const gateway = attachGateway()
    await take(gateway, ATTACH)
    await take(gateway, Uint8Array.of(...ATTACH, 0))
    await take(gateway, ATTACH, CAR_ID)
    await settled()
    expect(events).toEqual(['3 34', '4 34'])
    finish[0]?.()
    await settled()
    expect(events).toEqual(['3 34', '4 34', '3 35'])
  })

  test('32 of one PNE may wait; then its PN GW waits', async () => {
    let release: (() => void) | undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    deskTake = () => released
    const gateway = attachGateway()
    for (let n = 0; n < 31; n++) await take(gateway, ATTACH)
    let isTaken = false
    const last = take(gateway, ATTACH).then(() => {
      isTaken = true
    })
    await settled()
    expect(isTaken).toBe(false)
    release?.()
    await last
  })

  test.each([
    ['that are none are Error 400', new InvalidMessage('wrong', 'frame'), ['3 Error 400'], []],
    ['whose answer finds no way are dropped', new TransportFailed('gone'), [], []],
    ['that meet a mistake of ours are logged', new TypeError('?'), [], ['relay-failed']],
  ])('%s, and the next are taken', async (_, error, answers, logs) => {
    let failures = 1
    let taken = 0
    deskTake = async () => {
      if (failures-- > 0) throw error
      taken += 1
    }
    const gateway = attachGateway()
    await take(gateway, ATTACH)
    await take(gateway, ATTACH)
    await settled()
    expect([sent, logged, taken]).toEqual([answers, logs, 1])
  })

  test('of no kind at all go to the desk, which says so', async () => {
    const taken: number[] = []
    deskTake = async (octets) => void taken.push(octets.length)
    await take(attachGateway(), utf8('?'))
    await settled()
    expect(taken).toEqual([1])
  })

  test('a relay record that is none is refused', async () => {
    const taking = relay.take(attachGateway(), Uint8Array.of(5))
    await expect(taking).rejects.toThrow(InvalidMessage)
  })
})

describe('a PNE that has gone, as its PN GW says', () => {
  const gone = (session: Session, gateway = GATEWAY_ID) =>
    relay.whenGone(sessionOf(gateway), {
      name: 'PneStatus',
      transactionId: 't',
      entityId: gateway,
      pne: session.entityId,
      sessionId: session.sessionId,
      state: 'ended',
      secondsLeft: 0,
    })

  test('is gone when all that it sent before has been handled', async () => {
    const finish: (() => void)[] = []
    deskTake = () => new Promise<void>((resolve) => finish.push(resolve))
    const watch = attachGateway(sessionOf(WATCH_ID, GATEWAY_ID))
    const gateway = attachGateway()
    await take(gateway, ATTACH)
    await take(gateway, ATTACH)
    let found: Attachment | undefined
    void gone(watch.session).then((attachment) => {
      found = attachment
    })
    for (let n = 0; n < 2; n++) {
      await settled()
      expect(found).toBeUndefined()
      finish[n]?.()
    }
    await settled()
    expect(found).toBe(watch)
  })

  test.each([
    ['behind another PN GW', OTHER_GATEWAY_ID, {}],
    ['under another session', GATEWAY_ID, { sessionId: 'b'.repeat(32) }],
    ['not there at all', GATEWAY_ID, { entityId: CAR_ID }],
  ] as const)('and is %s is not concerned', async (_, gateway, change) => {
    attachGateway(sessionOf(WATCH_ID, GATEWAY_ID))
    expect(await gone({ ...sessionOf(WATCH_ID, GATEWAY_ID), ...change }, gateway)).toBeUndefined()
  })
})

describe('a PN GW that sends and reads nothing', () => {
  const untaken = (): Promise<void> => new Promise(() => {})
  const pneOf = (n: number) => `urn:x:pne-${n}` as EntityId

  test.each([
    ['handshake messages', HANDSHAKE, () => {}],
    [
      'frames that are none',
      ATTACH,
      () => {
        deskTake = async () => {
          throw new InvalidMessage('wrong', 'frame')
        }
      },
    ],
    [
      'frames that are refused',
      ATTACH,
      () => {
        deskTake = (_, endpoint) => endpoint.send(ANSWER)
      },
    ],
  ] as const)(
    '%s of many PNEs: with 1024 answers untaken it is not read from',
    async (_, octets, prepare) => {
      prepare()
      const gateway = attachGateway()
      gateway.send = untaken
      for (let n = 1; n < 1024; n++) await take(gateway, octets, pneOf(n))
      let isTaken = false
      void take(gateway, octets, pneOf(1024)).then(() => {
        isTaken = true
      })
      await settled()
      expect(isTaken).toBe(false)
      expect(relay.lineCount).toBe(1024)
    },
  )
})

describe('the way back to a PNE', () => {
  const endpointOf = async (gateway: Attachment): Promise<Endpoint> => {
    let endpoint: Endpoint | undefined
    deskTake = async (_, given) => {
      endpoint = given
    }
    await take(gateway, ATTACH)
    await settled()
    return endpoint as Endpoint
  }

  test('is ready while its PN GW is attached, and again when it is back', async () => {
    const gateway = attachGateway()
    const endpoint = await endpointOf(gateway)
    expect(endpoint.isReady).toBe(true)
    gateway.close('detached')
    expect(endpoint.isReady).toBe(false)
    await expect(endpoint.send(ANSWER)).rejects.toThrow(TransportFailed)
    const ready = endpoint.ready(new Promise(() => {}))
    attachGateway()
    await ready
    await endpoint.send(ANSWER)
    expect(sent).toEqual(['3 ConnectResponse 403'])
  })

  test('is not that of another PN GW', async () => {
    const gateway = attachGateway()
    const endpoint = await endpointOf(gateway)
    gateway.close('detached')
    attachGateway(sessionOf(OTHER_GATEWAY_ID))
    expect(endpoint.isReady).toBe(false)
  })
})

describe('PneStatus ended', () => {
  const pneAttachment = (): Attachment => attachGateway(sessionOf(WATCH_ID, GATEWAY_ID))

  test.each(['session-ended', 'session-replaced'] as const)(
    'is sent when it is: %s',
    async (end) => {
      attachGateway()
      pneAttachment().close(end)
      await settled()
      expect(sent).toEqual(['ended 0'])
    },
  )

  test('is not sent when only the attachment ends', async () => {
    attachGateway()
    pneAttachment().close('detached')
    await settled()
    expect(sent).toEqual([])
  })

  test('goes to nobody for a PN GW, or while the PN GW is away', async () => {
    attachGateway().close('session-ended')
    pneAttachment().close('session-ended')
    await settled()
    expect(sent).toEqual([])
  })
})

describe('memory', () => {
  test('nothing is kept of PNEs that only tried', async () => {
    const gateway = attachGateway()
    for (const pne of [WATCH_ID, CAR_ID]) {
      await take(gateway, HANDSHAKE, pne)
      await take(gateway, ATTACH, pne)
    }
    await settled()
    expect(relay.lineCount).toBe(0)
  })

  test('what is attached stays until it has gone', async () => {
    isDeskIdle = false
    await take(attachGateway(), ATTACH)
    await settled()
    relay.forgetIdle()
    expect(relay.lineCount).toBe(1)
    isDeskIdle = true
    relay.forgetIdle()
    expect(relay.lineCount).toBe(0)
  })
})
