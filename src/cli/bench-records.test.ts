import { expect, test } from 'vitest'
import { RECORD_OVERHEAD } from '../cpns/record.ts'
import type { Frame, FrameSocket } from '../ports/frame-socket.ts'
import { PAYLOAD_OCTETS } from './bench-cpns-world.ts'
import { answerRecords, createRecordsClient, relayRecords } from './bench-records.ts'

test('each message and each answer is sealed twice on its way, and opened as often', async () => {
  const [pne, gatewayNear] = socketPair()
  const [gatewayFar, server] = socketPair()
  const relayed = relayRecords(gatewayNear.socket, gatewayFar.socket)
  const answered = answerRecords(server.socket)
  const client = createRecordsClient(pne.socket)
  await Promise.all([client.once(), client.once(), client.once()])
  pne.socket.close()
  await relayed
  gatewayFar.socket.close()
  await answered

  expect(pne.sent).toHaveLength(3)
  expect(server.sent).toHaveLength(3)
  const [question] = pne.sent
  const [outer] = gatewayFar.sent
  const [answer] = gatewayNear.sent
  expect(question?.length).toBeGreaterThan(RECORD_OVERHEAD + PAYLOAD_OCTETS)
  expect(outer?.length).toBeGreaterThan((question?.length ?? 0) + RECORD_OVERHEAD)
  expect(server.sent[0]?.length).toBeGreaterThan((answer?.length ?? 0) + RECORD_OVERHEAD)
})

test('an altered record ends the chain', async () => {
  const [gateway, server] = socketPair()
  const answered = answerRecords(server.socket)
  await gateway.socket.send({ kind: 'binary', octets: new Uint8Array(100) })
  await expect(answered).rejects.toThrow('a record of the benchmark was refused: version')
})

test('an answer that is no record is an error to who waits for it', async () => {
  const [pne, gateway] = socketPair()
  const once = createRecordsClient(pne.socket).once()
  await gateway.socket.send({ kind: 'binary', octets: new Uint8Array(100) })
  await expect(once).rejects.toThrow('refused: version')
})

interface End {
  readonly socket: FrameSocket
  readonly sent: Uint8Array[]
}

/** Two ends of one connection in memory. */
function socketPair(): readonly [End, End] {
  const [there, back] = [createQueue(), createQueue()]
  const close = (): void => {
    there.end()
    back.end()
  }
  const endOf = (out: Queue, inward: Queue): End => {
    const sent: Uint8Array[] = []
    return {
      sent,
      socket: {
        remoteAddress: '127.0.0.1',
        receive: () => inward.next(),
        async send(frame) {
          sent.push(frame.octets)
          out.put(frame)
        },
        close,
        closed: Promise.resolve(),
      },
    }
  }
  return [endOf(there, back), endOf(back, there)]
}

type Queue = ReturnType<typeof createQueue>

function createQueue() {
  const frames: (Frame | undefined)[] = []
  const waiting: ((frame: Frame | undefined) => void)[] = []
  const put = (frame: Frame | undefined): void => {
    const next = waiting.shift()
    if (next === undefined) frames.push(frame)
    else next(frame)
  }
  return {
    put,
    end: () => put(undefined),
    next: () =>
      frames.length > 0
        ? Promise.resolve(frames.shift())
        : new Promise<Frame | undefined>((resolve) => waiting.push(resolve)),
  }
}
