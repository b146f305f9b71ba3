import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  SERVER_ID,
  settle,
} from '../../test/support/cpns-world.ts'
import { attachByHand, connected, nextFrame, sendRecord } from '../../test/support/hand-client.ts'
import { decodeMessage, encodeMessage, type Message } from '../cpns/messages.ts'
import type { RecordChannel } from '../cpns/record.ts'
import { decodeMessageContent, encodeMessageContent } from '../cpns/record-content.ts'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'

let world: CpnsWorld
let socket: FrameSocket
let channel: RecordChannel

beforeEach(async () => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  socket = world.connect()
  channel = await attachByHand(socket, await connected(world))
})

afterEach(async () => {
  await world.close()
})

const submit = (messageId: string, expires = 3600) =>
  world.server.submit({
    messageId,
    from: 'urn:cpns:service:a',
    to: GATEWAY_ID,
    contentType: 'text/plain',
    payload: utf8(`payload of ${messageId}`),
    expires,
  })

async function nextMessage(): Promise<{ message: Message; payload: string }> {
  const opened = channel.open(await nextFrame(socket, 'binary'))
  if (opened.outcome !== 'record') throw new Error(opened.reason)
  const { xml, payload } = decodeMessageContent(opened.content)
  return { message: decodeMessage(xml) as Message, payload: fromUtf8(payload) }
}

async function acknowledge(messageId: string): Promise<void> {
  const xml = encodeMessage({
    name: 'MessageResult',
    transactionId: messageId,
    entityId: GATEWAY_ID,
    messageId,
    from: 'urn:cpns:service:a',
    status: 200,
  })
  const content = encodeMessageContent({ xml, payload: new Uint8Array(0) })
  await sendRecord(socket, channel.seal('message', content))
  await settle()
}

const waitingCount = async () => (await world.store.waitingRecipients(world.clock.nowMs())).length

describe('an attached entity', () => {
  test('gets its messages as they are, and the seconds they have left', async () => {
    await submit('m-1', 60)
    expect(await nextMessage()).toEqual({
      message: {
        name: 'Message',
        transactionId: 'm-1',
        entityId: SERVER_ID,
        messageId: 'm-1',
        from: 'urn:cpns:service:a',
        to: GATEWAY_ID,
        contentType: 'text/plain',
        expires: 60,
      },
      payload: 'payload of m-1',
    })
  })

  test('keeps them waiting until it acknowledges', async () => {
    await submit('m-1')
    await nextMessage()
    await settle()
    expect(await waitingCount()).toBe(1)
    await acknowledge('m-1')
    expect(await waitingCount()).toBe(0)
  })

  test('gets 16 at once, and the next with each acknowledgement', async () => {
    for (let n = 1; n <= 18; n++) await submit(`m-${n}`)
    for (let n = 1; n <= 16; n++) await nextMessage()
    let isThere = false
    const next = nextMessage().then(({ message }) => {
      isThere = true
      return message.messageId
    })
    await settle()
    expect(isThere).toBe(false)
    await acknowledge('m-5')
    expect(await next).toBe('m-17')
  })

  test('gets what it did not acknowledge again when it attaches again', async () => {
    await submit('m-1')
    await nextMessage()
    socket.close()
    socket = world.connect()
    channel = await attachByHand(socket, await connected(world, { transactionId: 't-2' }), 8)
    expect((await nextMessage()).message.messageId).toBe('m-1')
  })
})

describe('an application', () => {
  test('registered twice: the newer gets the messages, and taking the older back changes nothing', async () => {
    const got: string[] = []
    const takeBack = world.server.registerService('b', async () => void got.push('older'))
    world.server.registerService('b', async () => void got.push('newer'))
    takeBack()
    const status = await world.server.submit({
      messageId: 'm',
      from: 'urn:cpns:service:a',
      to: 'urn:cpns:service:b',
      contentType: 'text/plain',
      payload: utf8(''),
      expires: 60,
    })
    await settle()
    expect([status, got]).toEqual([202, ['newer']])
  })

  test('that comes later gets what waited', async () => {
    const to = 'urn:cpns:service:late'
    const row = {
      messageId: 'm',
      from: 'urn:cpns:service:a',
      to,
      contentType: 'text/plain',
      payload: utf8(''),
      expiresAtMs: world.clock.nowMs() + 60_000,
    }
    await world.store.acceptMessage(row, world.clock.nowMs())
    const got: string[] = []
    world.server.registerService('late', async ({ messageId }) => void got.push(messageId))
    await settle()
    expect(got).toEqual(['m'])
    expect(await waitingCount()).toBe(0)
  })
})
