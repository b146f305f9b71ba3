import { beforeEach, describe, expect, test } from 'vitest'
import { CAR_ID, GATEWAY_ID, keyOf, WATCH_ID } from '../../test/support/cpns-world.ts'
import type { EntityId } from '../identity/entity-id.ts'
import {
  type Attachment,
  type AttachmentRegistry,
  createAttachmentRegistry,
} from './attachment-registry.ts'

let registry: AttachmentRegistry
let events: string[]

beforeEach(() => {
  registry = createAttachmentRegistry()
  events = []
  registry.observe({
    opened: ({ session }) => void events.push(`opened ${session.sessionId}`),
    closed: ({ session }, end) => void events.push(`closed ${session.sessionId} ${end}`),
  })
  registry.observe({})
})

/** An attachment that tells the registry when it closes, as real ones do. */
function attachmentOf(entityId: EntityId, sessionId: string, isOver = false): Attachment {
  let isOpen = !isOver
  const attachment: Attachment = {
    session: {
      sessionId,
      entityId,
      role: 'pne',
      euKeyId: 'k',
      sessionKey: keyOf(1),
      createdAtMs: 0,
      expiresAtMs: 1,
    },
    get isOpen() {
      return isOpen
    },
    remoteAddress: '192.0.2.1',
    whenClosed: Promise.resolve(),
    ready: async () => {},
    send: async () => {},
    endNoLaterThan: () => {},
    interrupt: () => {},
    close(end) {
      if (!isOpen) return
      isOpen = false
      registry.forget(attachment, end)
    },
  }
  return attachment
}

const opened = (entityId: EntityId, sessionId: string): Attachment => {
  const attachment = attachmentOf(entityId, sessionId)
  registry.open(attachment)
  return attachment
}

describe('one attachment an entity', () => {
  test('a new session replaces the former', () => {
    const former = opened(WATCH_ID, 's1')
    const next = opened(WATCH_ID, 's2')
    expect(events).toEqual(['opened s1', 'closed s1 session-replaced', 'opened s2'])
    expect([former.isOpen, registry.of(WATCH_ID) === next]).toEqual([false, true])
  })

  test('the same session attached anew has not ended', () => {
    opened(WATCH_ID, 's1')
    opened(WATCH_ID, 's1')
    expect(events).toEqual(['opened s1', 'closed s1 detached', 'opened s1'])
  })

  test('others are not concerned', () => {
    const car = opened(CAR_ID, 's1')
    opened(WATCH_ID, 's2').close('detached')
    expect(registry.all()).toEqual([car])
    expect(registry.of(WATCH_ID)).toBeUndefined()
  })

  test('a former one that closes late does not take the new one with it', () => {
    const former = attachmentOf(WATCH_ID, 's1')
    const next = opened(WATCH_ID, 's2')
    registry.forget(former, 'detached')
    expect(registry.of(WATCH_ID)).toBe(next)
  })
})

test('sessions that have ended lose their attachments, others do not', () => {
  opened(WATCH_ID, 's1')
  const car = opened(CAR_ID, 's2')
  registry.endSessions(['s1', 's9'])
  expect(events).toContain('closed s1 session-ended')
  expect(registry.all()).toEqual([car])
})

test('at the end all close, and no session has ended', () => {
  opened(WATCH_ID, 's1')
  opened(CAR_ID, 's2')
  registry.close()
  expect(registry.all()).toEqual([])
  expect(events.filter((event) => event.endsWith('detached'))).toHaveLength(2)
})

describe('waiting for an entity', () => {
  const never = new Promise<void>(() => {})

  test('that is there is no wait', async () => {
    opened(GATEWAY_ID, 's1')
    await registry.whenOpen(GATEWAY_ID, never)
  })

  test('goes on while the one that is there is over, until the next comes', async () => {
    registry.open(attachmentOf(GATEWAY_ID, 's1', true))
    let hasEnded = false
    const waiting = registry.whenOpen(GATEWAY_ID, never).then(() => {
      hasEnded = true
    })
    await Promise.resolve()
    expect(hasEnded).toBe(false)
    opened(GATEWAY_ID, 's2')
    await waiting
  })

  test('ends when it comes, for all who wait', async () => {
    const waiting = [1, 2, 3].map(() => registry.whenOpen(GATEWAY_ID, never))
    opened(WATCH_ID, 's1')
    opened(GATEWAY_ID, 's2')
    await Promise.all(waiting)
  })

  test('ends when it is not needed any more, and others wait on', async () => {
    let hasEnded = false
    const other = registry.whenOpen(GATEWAY_ID, never).then(() => {
      hasEnded = true
    })
    await registry.whenOpen(GATEWAY_ID, Promise.resolve())
    expect(hasEnded).toBe(false)
    opened(GATEWAY_ID, 's1')
    await other
  })
})
