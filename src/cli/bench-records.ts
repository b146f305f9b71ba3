/**
 * The records of a forwarded message and of its answer, and nothing else: no XML, no rules, no store. What a
 * CPNS chain cannot be faster than, because design 7 has each message sealed from PNE to server inside a
 * record of the PN GW, and its answer too: four sealings and four openings.
 */
import { deriveAttachmentKeys } from '../cpns/attachment.ts'
import { encodeMessage } from '../cpns/messages.ts'
import { createRecordChannel, type RecordChannel, type RecordType } from '../cpns/record.ts'
import {
  decodeRelayContent,
  encodeMessageContent,
  encodeRelayContent,
} from '../cpns/record-content.ts'
import { serviceAddress } from '../cpns-server/services.ts'
import { Secret } from '../crypto/secret.ts'
import { TransportFailed } from '../errors/errors.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { BENCH_SERVER, BENCH_SERVICE, benchPne, PAYLOAD_OCTETS } from './bench-cpns-world.ts'

const PNE = benchPne(0)
const NONCE = new Uint8Array(16)
const HEAD = { transactionId: 'T'.repeat(22), messageId: 'M'.repeat(32), from: PNE } as const

/** As long as what a PNE sends, and as what it is answered. */
const QUESTION = encodeMessageContent({
  xml: encodeMessage({
    ...HEAD,
    name: 'Message',
    entityId: PNE,
    to: serviceAddress(BENCH_SERVICE),
    contentType: 'application/octet-stream',
    expires: 3600,
  }),
  payload: new Uint8Array(PAYLOAD_OCTETS),
})
const ANSWER = encodeMessageContent({
  xml: encodeMessage({ ...HEAD, name: 'MessageResult', entityId: BENCH_SERVER, status: 200 }),
  payload: new Uint8Array(0),
})

/** Asks at one end of a chain. */
export interface Questions {
  /** Resolves with the answer. @throws {TransportFailed} If one cannot be taken. */
  once(): Promise<void>
}

/** The PNE's end. @param socket To what `relayRecords` serves. */
export function createRecordsClient(socket: FrameSocket): Questions {
  const channel = channelOf('client', 'pne')
  return createQuestions(socket, {
    question: () => channel.seal('message', QUESTION),
    take: (octets) => void contentOf(channel, octets),
  })
}

/** Answers come in the order of their questions. @param parts.take Looks at an answer; throws if it is none. */
export function createQuestions(
  socket: FrameSocket,
  {
    question,
    take = () => {},
  }: { readonly question: () => Uint8Array; readonly take?: (answer: Uint8Array) => void },
): Questions {
  const waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []
  const listen = eachFrame(socket, async (octets) => {
    take(octets)
    waiting.shift()?.resolve()
  })
  listen.catch((error: unknown) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  return {
    async once() {
      const back = new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }))
      await socket.send({ kind: 'binary', octets: question() })
      await back
    },
  }
}

/** The PN GW's part: into records of its own and out of them, without looking inside. */
export async function relayRecords(near: FrameSocket, far: FrameSocket): Promise<void> {
  const channel = channelOf('client', 'pn-gw')
  const there = eachFrame(near, (octets) =>
    sendRecord(far, channel, 'relay', encodeRelayContent({ entityId: PNE, octets })),
  )
  const back = eachFrame(far, (octets) => {
    const relayed = decodeRelayContent(contentOf(channel, octets))
    return near.send({ kind: 'binary', octets: relayed.octets })
  })
  await Promise.race([there, back])
}

/** The server's part: opens both records, and answers in both. */
export async function answerRecords(socket: FrameSocket): Promise<void> {
  const outer = channelOf('server', 'pn-gw')
  const inner = channelOf('server', 'pne')
  await eachFrame(socket, async (octets) => {
    const { entityId, octets: record } = decodeRelayContent(contentOf(outer, octets))
    contentOf(inner, record)
    const answer = { entityId, octets: inner.seal('message', ANSWER) }
    await sendRecord(socket, outer, 'relay', encodeRelayContent(answer))
  })
}

/** One attachment whose keys both ends know beforehand. */
function channelOf(side: 'client' | 'server', whose: 'pne' | 'pn-gw'): RecordChannel {
  const sessionKey = Secret.of(new Uint8Array(32).fill(whose.length))
  const keys = deriveAttachmentKeys(sessionKey, { clientNonce: NONCE, serverNonce: NONCE })
  return createRecordChannel({ side, sessionId: '5e'.repeat(16), keys })
}

function contentOf(channel: RecordChannel, octets: Uint8Array): Uint8Array {
  const opened = channel.open(octets)
  if (opened.outcome === 'record') return opened.content
  throw new TransportFailed(`a record of the benchmark was refused: ${opened.reason}`)
}

function sendRecord(
  socket: FrameSocket,
  channel: RecordChannel,
  type: RecordType,
  content: Uint8Array,
): Promise<void> {
  return socket.send({ kind: 'binary', octets: channel.seal(type, content) })
}

/** Takes each frame of a socket until it ends, and closes it then. */
export async function eachFrame(
  socket: FrameSocket,
  take: (octets: Uint8Array) => Promise<void>,
): Promise<void> {
  try {
    for (let frame = await socket.receive(); frame; frame = await socket.receive()) {
      await take(frame.octets)
    }
  } finally {
    socket.close()
  }
}
