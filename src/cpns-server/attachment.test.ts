import { beforeEach, describe, expect, test } from 'vitest'
import { GATEWAY_ID, keyOf } from '../../test/support/cpns-world.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { deriveAttachmentKeys } from '../cpns/attachment.ts'
import { createRecordChannel, type RecordChannel } from '../cpns/record.ts'
import { decodeCloseContent } from '../cpns/record-content.ts'
import { TransportFailed } from '../errors/errors.ts'
import { createAttachment } from './attachment.ts'
import {
  type Attachment,
  type AttachmentRegistry,
  createAttachmentRegistry,
} from './attachment-registry.ts'
import type { ServerContext } from './options.ts'

const SESSION_ID = 'a'.repeat(32)
const NONCE = new Uint8Array(16)

let clock: VirtualClock
let registry: AttachmentRegistry
let attachment: Attachment
/** The peer's end. */
let peer: RecordChannel
let sent: Uint8Array[]
let isReady: boolean
let ends: string[]
let closed: Attachment[]

const channelOf = (side: 'client' | 'server'): RecordChannel => {
  const keys = deriveAttachmentKeys(keyOf(1), { clientNonce: NONCE, serverNonce: NONCE })
  return createRecordChannel({ side, sessionId: SESSION_ID, keys })
}

beforeEach(() => {
  clock = createVirtualClock(1_000_000)
  registry = createAttachmentRegistry()
  ends = []
  closed = []
  registry.observe({ closed: (_, end) => void ends.push(end) })
  sent = []
  isReady = true
  peer = channelOf('client')
  attachment = createAttachment(
    {
      session: {
        sessionId: SESSION_ID,
        entityId: GATEWAY_ID,
        role: 'pn-gw',
        euKeyId: 'k',
        sessionKey: keyOf(1),
        createdAtMs: 1_000_000,
        expiresAtMs: 1_060_000,
      },
      channel: channelOf('server'),
      owner: { noteClosed: (one) => void closed.push(one) },
    },
    {
      arrival: { kind: 'direct', remoteAddress: '192.0.2.1' },
      get isReady() {
        return isReady
      },
      ready: (until) => until,
      send: async (octets) => void sent.push(octets),
    },
    { ports: { clock }, registry } as unknown as ServerContext & { registry: AttachmentRegistry },
  )
  registry.open(attachment)
})

const typesSent = () =>
  sent.map((octets) => {
    const opened = peer.open(octets)
    if (opened.outcome !== 'record') return opened.reason
    return opened.type === 'close' ? decodeCloseContent(opened.content) : opened.type
  })

describe('while it is open', () => {
  test('records leave in the order of the calls', async () => {
    await Promise.all([
      attachment.send('message', NONCE),
      attachment.send('relay', NONCE),
      attachment.send('ping', NONCE),
    ])
    expect(typesSent()).toEqual(['message', 'relay', 'ping'])
  })

  test('nothing is sealed that could not be sent: no sequence number is lost', async () => {
    isReady = false
    await expect(attachment.send('message', NONCE)).rejects.toThrow(TransportFailed)
    isReady = true
    await attachment.send('ping', NONCE)
    expect(typesSent()).toEqual(['ping'])
  })

  test('waiting for the way ends when it closes', async () => {
    isReady = false
    let isOver = false
    const ready = attachment.ready().then(() => {
      isOver = true
    })
    await clock.advance(1)
    expect(isOver).toBe(false)
    attachment.close('detached')
    await ready
  })

  test('who asks before and who asks after learn that it has closed, and so does who made it', async () => {
    const before = attachment.whenClosed
    attachment.close('detached')
    await before
    await attachment.whenClosed
    expect(closed).toEqual([attachment])
  })
})

describe('its end', () => {
  test('with its session: the peer is told 410', async () => {
    await clock.advance(59_999)
    expect([attachment.isOpen, ends]).toEqual([true, []])
    await clock.advance(1)
    expect([attachment.isOpen, ends, typesSent()]).toEqual([false, ['session-ended'], [410]])
  })

  test('earlier, if the session was renewed; never later', async () => {
    attachment.endNoLaterThan(1_030_000)
    attachment.endNoLaterThan(1_050_000)
    await clock.advance(30_000)
    expect([attachment.isOpen, ends]).toEqual([false, ['session-ended']])
  })

  test('when the wall clock jumps over it', () => {
    clock.jumpWall(60_000)
    expect(attachment.isOpen).toBe(false)
  })

  test.each(['session-replaced', 'detached'] as const)('%s: the peer knows', (end) => {
    attachment.close(end)
    expect([ends, typesSent()]).toEqual([[end], []])
  })

  test('tells nobody who cannot be told', () => {
    isReady = false
    attachment.close('session-ended')
    expect([ends, sent]).toEqual([['session-ended'], []])
  })

  test('comes once, leaves no timer, and nothing is sent after it', async () => {
    attachment.close('detached')
    attachment.close('session-ended')
    expect([ends, clock.pendingTimers(), registry.all()]).toEqual([['detached'], 0, []])
    await expect(attachment.send('ping', NONCE)).rejects.toThrow(TransportFailed)
  })
})
