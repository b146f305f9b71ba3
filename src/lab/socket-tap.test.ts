import { expect, test } from 'vitest'
import { type CpnsMessage, encodeMessage } from '../cpns/messages.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { utf8 } from '../octets/octets.ts'
import type { Frame, FrameSocket } from '../ports/frame-socket.ts'
import { createSocketTap } from './socket-tap.ts'

const ENTITY = parseEntityId('urn:uuid:1')
const refusal = (status: 402 | 403): CpnsMessage => ({
  name: 'ConnectResponse',
  transactionId: 't',
  entityId: ENTITY,
  status,
})
const text = (message: CpnsMessage): Frame => ({ kind: 'text', octets: encodeMessage(message) })
const BINARY: Frame = { kind: 'binary', octets: Uint8Array.of(1, 2, 3) }

/** A socket that receives these frames and then ends. */
function socketOf(...incoming: readonly Frame[]) {
  const waiting = [...incoming]
  const sent: Frame[] = []
  const reasons: (string | undefined)[] = []
  const socket: FrameSocket = {
    remoteAddress: '127.0.0.1',
    closed: Promise.resolve(),
    receive: () => Promise.resolve(waiting.shift()),
    send: (frame) => Promise.resolve(void sent.push(frame)),
    close: (reason) => void reasons.push(reason),
  }
  return { socket, sent, reasons }
}

test('what passes is not changed', async () => {
  const { socket, sent, reasons } = socketOf(text(refusal(402)), BINARY)
  const tapped = createSocketTap().tap(socket)
  expect(await tapped.receive()).toEqual(text(refusal(402)))
  expect(await tapped.receive()).toBe(BINARY)
  expect(await tapped.receive()).toBeUndefined()
  await tapped.send(BINARY)
  tapped.close('enough')
  expect(sent).toEqual([BINARY])
  expect(reasons).toEqual(['enough'])
  expect(tapped.remoteAddress).toBe('127.0.0.1')
  await tapped.closed
})

test('the last handshake message of each name is kept, both ways, octet for octet', async () => {
  const tap = createSocketTap()
  expect(tap.last('ConnectResponse')).toBeUndefined()
  const tapped = tap.tap(socketOf(text(refusal(402)), BINARY, text(refusal(403))).socket)
  const error: CpnsMessage = { name: 'Error', entityId: ENTITY, status: 400, detail: 'no' }
  await tapped.send(text(error))
  await tapped.receive()
  await tapped.receive()
  expect(tap.last('ConnectResponse')).toEqual(encodeMessage(refusal(402)))
  await tapped.receive()
  expect(tap.last('ConnectResponse')).toEqual(encodeMessage(refusal(403)))
  expect(tap.last('Error')).toEqual(encodeMessage(error))
})

test('what was heard is a copy, and goes over from one socket to the next', async () => {
  const tap = createSocketTap()
  const frame = text(refusal(402))
  await tap.tap(socketOf().socket).send(frame)
  frame.octets.fill(0)
  tap.tap(socketOf().socket)
  expect(tap.last('ConnectResponse')).toEqual(encodeMessage(refusal(402)))
})

test('a text frame that is no message passes too', async () => {
  const tap = createSocketTap()
  const frame: Frame = { kind: 'text', octets: utf8('<a/>') }
  const { socket, sent } = socketOf(frame)
  const tapped = tap.tap(socket)
  expect(await tapped.receive()).toEqual(frame)
  await tapped.send(frame)
  expect(sent).toEqual([frame])
})
