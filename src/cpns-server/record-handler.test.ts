import { beforeEach, describe, expect, test } from 'vitest'
import { GATEWAY_ID, keyOf, SERVER_ID, settle, WATCH_ID } from '../../test/support/cpns-world.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import {
  type CpnsMessage,
  decodeMessage,
  encodeMessage,
  type PneStatus,
  type PnRegistration,
} from '../cpns/messages.ts'
import {
  decodeMessageContent,
  encodeCloseContent,
  encodeMessageContent,
  encodePing,
} from '../cpns/record-content.ts'
import { StoreFailed } from '../errors/errors.ts'
import { concatOctets, fromUtf8, lengthPrefixed, utf8 } from '../octets/octets.ts'
import { noLog } from '../ports/log.ts'
import type { TraceItem } from '../trace/trace.ts'
import type { RecordHandler, ValidRecord } from './attachment-desk.ts'
import type { Attachment } from './attachment-registry.ts'
import type { Answers, ReceivedMessage } from './message-intake.ts'
import { createRecordHandler, type RecordHandlerParts } from './record-handler.ts'

let handle: RecordHandler
/** What happened, in words. */
let events: string[]
/** What was sent to the peer. */
let sent: { readonly type: string; readonly content: Uint8Array }[]
let traced: TraceItem[]
/** How many messages were taken in at once. */
let batches: number[]
let isStoreBroken: boolean
/** When what goes on for a PN GW leaves room for its next record. */
let room: Promise<void>

beforeEach(() => {
  events = []
  sent = []
  traced = []
  batches = []
  isStoreBroken = false
  room = Promise.resolve()
  handle = createRecordHandler({
    options: { entityId: SERVER_ID },
    ports: {
      clock: createVirtualClock(),
      log: noLog,
      trace: (item: TraceItem) => void traced.push(item),
      store: { endSession: async (sessionId: string) => void events.push(`ended ${sessionId}`) },
    },
    intake: {
      take: async (_: unknown, messages: readonly ReceivedMessage[], { answered }: Answers) => {
        batches.push(messages.length)
        await settle(1)
        if (isStoreBroken) throw new StoreFailed('disk full')
        for (const { message } of messages) {
          const { messageId, from, transactionId } = message
          const ids = { transactionId, entityId: SERVER_ID, messageId, from }
          answered({ name: 'MessageResult', ...ids, status: 202 })
        }
      },
    },
    delivery: {
      acknowledgedDirectly: (_: unknown, { messageId }: { messageId: string }) =>
        messageId === 'in-hand',
      acknowledged: async (
        _: unknown,
        { messageId, status }: { messageId: string; status: number },
      ) => void events.push(`acknowledged ${messageId} ${status}`),
    },
    inventory: {
      take: async (session: { sessionId: string }, { transactionId, members }: PnRegistration) => {
        events.push(`registered ${session.sessionId} ${members.join(' ')}`)
        return { name: 'PnRegistrationResult', transactionId, entityId: SERVER_ID, status: 200 }
      },
    },
    relay: () => ({
      take: async (_: unknown, content: Uint8Array) => void events.push(`relay ${content.length}`),
      beside: async () => await room,
      whenGone: async (gateway: { sessionId: string }, { pne, sessionId }: PneStatus) => {
        events.push(`gone ${pne} ${sessionId} of ${gateway.sessionId}`)
        return pne === WATCH_ID ? attachmentOf('pne') : undefined
      },
    }),
  } as unknown as RecordHandlerParts)
})

function attachmentOf(role: 'pn-gw' | 'pne'): Attachment {
  return {
    session: {
      sessionId: 's-1',
      entityId: role === 'pne' ? WATCH_ID : GATEWAY_ID,
      role,
      euKeyId: 'k',
      sessionKey: keyOf(1),
      createdAtMs: 0,
      expiresAtMs: 1,
    },
    isOpen: true,
    remoteAddress: '192.0.2.1',
    whenClosed: Promise.resolve(),
    ready: async () => {},
    send: async (type, content) => void sent.push({ type, content }),
    endNoLaterThan: () => {},
    interrupt: (detail) => void events.push(`interrupt: ${detail}`),
    close: (end) => void events.push(`close ${end}`),
  }
}

const take = async (record: Omit<ValidRecord, 'outcome'>, role: 'pn-gw' | 'pne' = 'pne') => {
  await handle(attachmentOf(role), { outcome: 'record', ...record })
  await settle()
}

const takeMessage = (message: CpnsMessage, payload = utf8('')) =>
  take({ type: 'message', content: encodeMessageContent({ xml: encodeMessage(message), payload }) })

const messagesSent = () =>
  sent.map(({ type, content }) =>
    decodeMessage(type === 'control' ? content : decodeMessageContent(content).xml),
  )

const common = { transactionId: 't', entityId: WATCH_ID }
const MESSAGE = {
  name: 'Message',
  ...common,
  messageId: 'm',
  from: WATCH_ID,
  to: 'urn:x:y',
  contentType: 'text/plain',
  expires: 60,
} as const

/** MESSAGE with some of its text replaced. */
const spoiled = (text: string, by: string) =>
  utf8(fromUtf8(encodeMessage(MESSAGE)).replace(text, by))

describe('message records', () => {
  test('Message: taken in and answered', async () => {
    await takeMessage(MESSAGE, utf8('payload'))
    expect(messagesSent()).toMatchObject([{ name: 'MessageResult', messageId: 'm', status: 202 }])
  })

  test('Messages that come together are taken in together, and answered in order', async () => {
    const attachment = attachmentOf('pne')
    for (const messageId of ['m1', 'm2', 'm3']) {
      const xml = encodeMessage({ ...MESSAGE, messageId })
      const content = encodeMessageContent({ xml, payload: utf8('') })
      await handle(attachment, { outcome: 'record', type: 'message', content })
    }
    await handle(attachment, { outcome: 'record', type: 'close', content: encodeCloseContent(410) })
    expect(messagesSent()).toMatchObject(['m1', 'm2', 'm3'].map((messageId) => ({ messageId })))
    expect(batches.length).toBeLessThan(3)
    expect(events).toEqual(['close detached'])
  })

  test('Message that cannot be stored: not answered, and the peer attaches again', async () => {
    isStoreBroken = true
    await takeMessage(MESSAGE)
    expect([events, sent]).toEqual([['interrupt: cannot be stored now: attach again'], []])
  })

  test('MessageResult: the recipient acknowledged', async () => {
    await takeMessage({
      name: 'MessageResult',
      ...common,
      messageId: 'm',
      from: 'urn:x:y',
      status: 200,
    })
    expect([events, sent]).toEqual([['acknowledged m 200'], []])
  })

  test('MessageResult about a message that was not stored: nothing becomes durable', async () => {
    const result = { name: 'MessageResult', ...common, from: 'urn:x:y', status: 200 } as const
    await takeMessage({ ...result, messageId: 'in-hand' })
    expect([events, batches, sent]).toEqual([[], [], []])
  })

  test('Disconnect: first the row, then the attachment', async () => {
    await takeMessage({ name: 'Disconnect', ...common })
    expect(events).toEqual(['ended s-1', 'close session-ended'])
  })

  test('Error: never answered, so that none can loop', async () => {
    await takeMessage({ name: 'Error', ...common, status: 400, detail: 'I did not understand' })
    expect([events, sent]).toEqual([[], []])
  })

  test.each([
    { name: 'Disconnect', ...common, entityId: GATEWAY_ID },
    {
      name: 'MessageResult',
      ...common,
      entityId: GATEWAY_ID,
      messageId: 'm',
      from: 'urn:x:y',
      status: 200,
    },
  ] as const)(
    '$name in the name of another: Error 403 in its exchange, and nothing happens',
    async (message) => {
      await takeMessage(message)
      expect(events).toEqual([])
      expect(messagesSent()).toMatchObject([{ name: 'Error', transactionId: 't', status: 403 }])
    },
  )

  test('what has a payload and is no Message: Error 400, and nothing happens', async () => {
    await takeMessage({ name: 'Disconnect', ...common }, utf8('x'))
    expect(events).toEqual([])
    expect(messagesSent()).toMatchObject([{ name: 'Error', transactionId: 't', status: 400 }])
  })

  test.each([
    { name: 'ConnectResponse', ...common, status: 403 },
    {
      name: 'PneStatus',
      ...common,
      pne: WATCH_ID,
      sessionId: 'a'.repeat(32),
      state: 'admitted',
      secondsLeft: 9,
    },
  ] as const)('$name: not expected, Error 400 inside the session', async (message) => {
    await takeMessage(message)
    expect(messagesSent()).toMatchObject([{ name: 'Error', entityId: SERVER_ID, status: 400 }])
  })

  test.each([
    ['no length', Uint8Array.of(0), 400],
    ['a length over the record', Uint8Array.of(0, 9, 1), 400],
    ['no message', lengthPrefixed(utf8('hello')), 400],
    [
      'a payload over 64 KiB',
      concatOctets(lengthPrefixed(encodeMessage(MESSAGE)), new Uint8Array(65_537)),
      413,
      't',
    ],
    ['no such life', lengthPrefixed(spoiled(' Expires="60"', ' Expires="0"')), 400, 't'],
    ['a TransactionID that is none', lengthPrefixed(spoiled('"t"', '""')), 400],
  ])(
    '%s: Error inside the session, in its exchange if that can be read',
    async (_, content, status, transactionId?: string) => {
      await take({ type: 'message', content })
      expect(messagesSent()).toMatchObject([{ name: 'Error', status }])
      expect(messagesSent()[0]?.transactionId).toBe(transactionId)
    },
  )
})

describe('other records', () => {
  test('relay of a PN GW goes to its PNEs', async () => {
    await take({ type: 'relay', content: new Uint8Array(5) }, 'pn-gw')
    expect(events).toEqual(['relay 5'])
  })

  test('relay of a PNE is refused: it relays for nobody', async () => {
    await take({ type: 'relay', content: new Uint8Array(5) }, 'pne')
    expect(events).toEqual([])
    expect(messagesSent()).toMatchObject([{ name: 'Error', status: 400 }])
  })

  const REGISTRATION = {
    name: 'PnRegistration',
    ...common,
    members: [WATCH_ID],
    lifetime: 60,
  } as const

  test('control of a PN GW registers its PN, and is answered alike', async () => {
    await take({ type: 'control', content: encodeMessage(REGISTRATION) }, 'pn-gw')
    expect(events).toEqual([`registered s-1 ${WATCH_ID}`])
    expect(sent.map(({ type }) => type)).toEqual(['control'])
    const [answer] = sent.map(({ content }) => decodeMessage(content))
    expect(answer).toMatchObject({ name: 'PnRegistrationResult', transactionId: 't', status: 200 })
    expect(traced).toMatchObject([{ message: 'PnRegistration' }, { message: answer?.name }])
  })

  describe('control of a PN GW whose PNE has gone', () => {
    const status: PneStatus = {
      name: 'PneStatus',
      transactionId: 't',
      entityId: GATEWAY_ID,
      pne: WATCH_ID,
      sessionId: 'a'.repeat(32),
      state: 'ended',
      secondsLeft: 0,
    }
    const takeStatus = (change: Partial<PneStatus>) =>
      take({ type: 'control', content: encodeMessage({ ...status, ...change }) }, 'pn-gw')

    test('ends its attachment, not its session, and is not answered', async () => {
      await takeStatus({})
      expect(events).toEqual([`gone ${WATCH_ID} ${status.sessionId} of s-1`, 'close detached'])
      expect(sent).toEqual([])
    })

    test('is taken beside the next record, while there is room for that', async () => {
      room = new Promise(() => {})
      let isTaken = false
      void takeStatus({}).then(() => {
        isTaken = true
      })
      await settle(5)
      expect([isTaken, events.length]).toEqual([false, 2])
    })

    test('that is attached otherwise, or not at all, changes nothing', async () => {
      await takeStatus({ pne: GATEWAY_ID })
      expect(events).toEqual([`gone ${GATEWAY_ID} ${status.sessionId} of s-1`])
    })

    test.each([
      ['in the name of another', 403, { entityId: WATCH_ID }],
      ['that admits somebody', 400, { state: 'admitted' }],
    ] as const)('%s is Error %i, and nothing happens', async (_, refused, change) => {
      await takeStatus(change)
      expect(messagesSent()).toMatchObject([{ name: 'Error', status: refused, transactionId: 't' }])
      expect(events).toEqual([])
    })
  })

  test('control of a PNE, or with another message in it, is refused', async () => {
    await take({ type: 'control', content: encodeMessage(REGISTRATION) }, 'pne')
    await take({ type: 'control', content: encodeMessage(MESSAGE) }, 'pn-gw')
    expect(events).toEqual([])
    const refusal = { name: 'Error', status: 400 }
    expect(messagesSent()).toMatchObject([refusal, refusal])
  })

  test('ping is answered, its answer is not', async () => {
    await take({ type: 'ping', content: encodePing('request') })
    await take({ type: 'ping', content: encodePing('answer') })
    expect(sent).toEqual([{ type: 'ping', content: encodePing('answer') }])
  })

  test('close ends the attachment, not the session', async () => {
    await take({ type: 'close', content: new Uint8Array(2) })
    expect(events).toEqual(['close detached'])
  })

  test('a control record of a PN GW is answered by one; of a PNE it is refused', async () => {
    const registration = {
      name: 'UserInfoRegistration',
      transactionId: 't',
      pne: WATCH_ID,
    } as const
    const content = encodeMessage({ ...registration, entityId: GATEWAY_ID })
    await take({ type: 'control', content }, 'pn-gw')
    expect(sent.map(({ type }) => type)).toEqual(['control'])
    expect(decodeMessage(sent[0]?.content as Uint8Array)).toMatchObject({
      name: 'Error',
      transactionId: 't',
      status: 400,
    })
    expect(traced).toMatchObject([{ message: 'UserInfoRegistration' }, { message: 'Error' }])
    sent.length = 0
    await take({ type: 'control', content }, 'pne')
    expect(messagesSent()).toMatchObject([{ name: 'Error', status: 400 }])
  })

  test('a message that is no question in a control record is Error 400, in one and in its exchange', async () => {
    await take({ type: 'control', content: encodeMessage(MESSAGE) }, 'pn-gw')
    expect(sent.map(({ type }) => type)).toEqual(['control'])
    expect(messagesSent()).toMatchObject([{ name: 'Error', transactionId: 't', status: 400 }])
  })

  test.each([
    ['control', new Uint8Array(1)],
    ['ping', new Uint8Array(2)],
  ] as const)('%s that makes no sense is Error 400', async (type, content) => {
    await take({ type, content })
    expect(messagesSent()).toMatchObject([{ name: 'Error', status: 400 }])
  })
})

test('messages are traced, both ways, without their payload', async () => {
  await takeMessage(MESSAGE, utf8('payload'))
  expect(traced).toMatchObject([
    { side: 'received', from: WATCH_ID, to: SERVER_ID, message: 'Message' },
    { side: 'sent', from: SERVER_ID, to: WATCH_ID, message: 'MessageResult' },
  ])
  expect(JSON.stringify(traced)).not.toContain('payload')
})
