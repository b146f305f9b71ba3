import { beforeEach, describe, expect, test } from 'vitest'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { InvalidMessage, TransportFailed } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { noLog } from '../ports/log.ts'
import { type AttachmentKeys, deriveAttachmentKeys, encodeAttachAnswer } from './attachment.ts'
import { HandServer, handSession } from './hand-server.fixture.ts'
import { LinkConnection, type LinkRecordHandler } from './link-connection.ts'
import { createRecordChannel, type RecordChannel } from './record.ts'
import { encodeCloseContent, encodePing } from './record-content.ts'

let clock: VirtualClock
let server: HandServer
let link: LinkConnection
let handled: string[]
let logged: string[]
let handleRecord: LinkRecordHandler

beforeEach(() => {
  clock = createVirtualClock()
  const [client, far] = createSocketPair()
  server = new HandServer(far)
  handled = []
  logged = []
  handleRecord = async (type, content) => {
    handled.push(`${type} ${content.length}`)
  }
  link = new LinkConnection(client, {
    clock,
    log: { ...noLog, warn: (event) => void logged.push(event) },
    handleRecord: (type, content) => handleRecord(type, content),
  })
})

const kindOfNext = async () => (await link.next(1000))?.kind

/** Both ends of an attachment; `nonce` tells attachments of one session apart. */
function channels(session = handSession(), nonce = 1): { ours: RecordChannel; far: RecordChannel } {
  const { sessionId, sessionKey } = session
  const nonces = {
    clientNonce: new Uint8Array(16).fill(nonce),
    serverNonce: new Uint8Array(16).fill(nonce),
  }
  const keys = (): AttachmentKeys => deriveAttachmentKeys(sessionKey, nonces)
  return {
    ours: createRecordChannel({ side: 'client', sessionId, keys: keys() }),
    far: createRecordChannel({ side: 'server', sessionId, keys: keys() }),
  }
}

/** Uses a channel and takes its first record. */
async function attached(session = handSession(), nonce = 1): Promise<RecordChannel> {
  const { ours, far } = channels(session, nonce)
  link.use(session.sessionId, ours)
  await server.send('binary', far.seal('ping', encodePing('answer')))
  expect(await kindOfNext()).toBe('attached')
  return far
}

describe('frames of the server become signals', () => {
  test('text and attach answers, with their octets', async () => {
    const answer = encodeAttachAnswer({
      sessionId: handSession().sessionId,
      serverNonce: new Uint8Array(16),
    })
    await server.send('text', utf8('<a/>'))
    await server.send('binary', answer)
    expect(await link.next()).toEqual({ kind: 'text', octets: utf8('<a/>') })
    expect(await link.next()).toEqual({ kind: 'attach-answer', octets: answer })
  })

  test('the end, as often as one asks', async () => {
    server.socket.close()
    expect([await kindOfNext(), await kindOfNext()]).toEqual(['closed', 'closed'])
  })

  test('a binary frame that is none ends the connection', async () => {
    await server.send('binary', Uint8Array.of(9, 9))
    expect(await kindOfNext()).toBe('closed')
    expect(logged).toEqual(['connection-given-up'])
  })

  test('a flood that nobody reads ends the connection', async () => {
    for (let n = 0; n < 65; n++) await server.send('text', utf8('<a/>'))
    await clock.advance(0)
    expect(logged).toEqual(['connection-given-up'])
    await expect(server.send('text', utf8('<a/>'))).rejects.toThrow(TransportFailed)
  })

  test('what cannot be sent is the end too', async () => {
    server.socket.close()
    link.sendText(utf8('<a/>'))
    link.sendBinary(utf8('?'))
    expect(await kindOfNext()).toBe('closed')
  })
})

describe('records', () => {
  test('go to the handler one after the other', async () => {
    const far = await attached()
    let release: (() => void) | undefined
    handleRecord = async (type) => {
      handled.push(`${type} begins`)
      await new Promise<void>((resolve) => {
        release = resolve
      })
      handled.push(`${type} ends`)
    }
    await server.send('binary', far.seal('message', utf8('a')))
    await server.send('binary', far.seal('relay', utf8('b')))
    await clock.advance(0)
    expect(handled).toEqual(['message begins'])
    release?.()
    await clock.advance(0)
    expect(handled).toEqual(['message begins', 'message ends', 'relay begins'])
  })

  test('that the handler cannot read concern nobody else', async () => {
    const far = await attached()
    handleRecord = async () => {
      throw new InvalidMessage('wrong', 'content')
    }
    await server.send('binary', far.seal('message', utf8('a')))
    await server.send('text', utf8('<a/>'))
    expect(await kindOfNext()).toBe('text')
    expect(logged).toEqual(['record-not-understood'])
  })

  test('that make the handler fail otherwise end the connection', async () => {
    const far = await attached()
    handleRecord = async () => {
      throw new TypeError('our own mistake')
    }
    await server.send('binary', far.seal('message', utf8('a')))
    expect(await kindOfNext()).toBe('closed')
  })

  test('of an unknown session say nothing', async () => {
    const { far } = channels()
    await server.send('binary', far.seal('message', utf8('a')))
    await server.send('text', utf8('<a/>'))
    expect(await kindOfNext()).toBe('text')
    expect(handled).toEqual([])
  })

  test('tell when the server was heard last; refused ones do not', async () => {
    const far = await attached()
    await clock.advance(500)
    await server.send('binary', far.seal('ping', encodePing('answer')))
    await clock.advance(500)
    expect(link.heardAtMs).toBe(500)
    await server.send('binary', far.seal('ping', encodePing('answer')).fill(0, -3))
    await clock.advance(0)
    expect(link.heardAtMs).toBe(500)
  })

  test('a ping is answered, a ping answer is not', async () => {
    const far = await attached()
    await server.send('binary', far.seal('ping', encodePing('request')))
    expect(await server.nextRecord(far)).toMatchObject({
      type: 'ping',
      content: encodePing('answer'),
    })
  })

  test.each([
    [410, 'authenticate-again'],
    [200, 'attach-again'],
  ] as const)('close %i: %s', async (status, signal) => {
    const far = await attached()
    await server.send('binary', far.seal('close', encodeCloseContent(status)))
    expect(await kindOfNext()).toBe(signal)
  })
})

describe('a record that is refused', () => {
  test('says so once, however many follow, and nothing can be sent any more', async () => {
    const far = await attached()
    far.seal('ping', encodePing('answer'))
    for (let n = 0; n < 100; n++) await server.send('binary', far.seal('relay', utf8('a')))
    await server.send('text', utf8('<a/>'))
    expect([await kindOfNext(), await kindOfNext()]).toEqual(['attach-again', 'text'])
    expect(handled).toEqual([])
    await expect(link.sendRecord('ping', encodePing('request'))).rejects.toThrow(TransportFailed)
  })
})

describe('sending records', () => {
  test('before anything is attached fails', async () => {
    await expect(link.sendRecord('ping', encodePing('request'))).rejects.toThrow('not attached')
  })

  test('keeps the order of the calls', async () => {
    const far = await attached()
    await Promise.all(['a', 'bb', 'ccc'].map((text) => link.sendRecord('relay', utf8(text))))
    const lengths: number[] = []
    for (let n = 0; n < 3; n++) lengths.push((await server.nextRecord(far)).content.length)
    expect(lengths).toEqual([1, 2, 3])
  })
})

describe('two attachments', () => {
  test.each([
    ['of two sessions', handSession(5), handSession(6)],
    ['of one session', handSession(5), handSession(5)],
  ])('%s: the former receives until the first record of the new one', async (_, one, other) => {
    const former = await attached(one, 1)
    const next = channels(other, 2)
    link.use(other.sessionId, next.ours)
    await server.send('binary', former.seal('message', utf8('of the former')))
    await clock.advance(0)
    expect(handled).toEqual(['message 13'])
    await server.send('binary', next.far.seal('ping', encodePing('answer')))
    expect(await kindOfNext()).toBe('attached')
    await server.send('binary', former.seal('message', utf8('too late')))
    await server.send('binary', next.far.seal('message', utf8('of the new')))
    await clock.advance(0)
    const isOneSession = one.sessionId === other.sessionId
    // A late record of the same session is a record out of order of the new attachment.
    expect(handled).toEqual(isOneSession ? ['message 13'] : ['message 13', 'message 10'])
  })

  test('sends under the new one from the start', async () => {
    await attached(handSession(5), 1)
    const { ours, far } = channels(handSession(6), 2)
    link.use(handSession(6).sessionId, ours)
    await link.sendRecord('ping', encodePing('request'))
    expect(await server.nextRecord(far)).toMatchObject({ type: 'ping' })
  })

  test('an attempt that came to nothing does not cost the former', async () => {
    const former = await attached(handSession(5), 1)
    for (const nonce of [2, 3]) {
      link.use(handSession(5).sessionId, channels(handSession(5), nonce).ours)
    }
    await server.send('binary', former.seal('message', utf8('a')))
    await clock.advance(0)
    expect(handled).toEqual(['message 1'])
  })

  test('a close of the former says nothing about the new one', async () => {
    const former = await attached(handSession(5), 1)
    link.use(handSession(6).sessionId, channels(handSession(6), 2).ours)
    await server.send('binary', former.seal('close', encodeCloseContent(410)))
    await server.send('text', utf8('<a/>'))
    expect(await kindOfNext()).toBe('text')
  })
})
