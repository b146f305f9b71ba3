import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { encodeAttachAnswer, encodeAttachRequest } from '../cpns/attachment.ts'
import { encodeMessage } from '../cpns/messages.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { fromUtf8, toBase64 } from '../octets/octets.ts'
import type { TraceItem } from '../trace/trace.ts'
import { createPneTrace } from './pne-trace.ts'

const GATEWAY = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000002')
const PNE = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000003')
const SESSION = 'a'.repeat(32)
const ERROR = { name: 'Error', entityId: PNE, status: 401, detail: 'x' } as const
const ATTACH = encodeAttachRequest({ sessionId: SESSION, clientNonce: new Uint8Array(16) })
const ANSWER = encodeAttachAnswer({ sessionId: SESSION, serverNonce: new Uint8Array(16) })
const RECORD = Uint8Array.of(1, 2, ...new Uint8Array(60))

function traced(act: (trace: ReturnType<typeof createPneTrace>) => void): TraceItem[] {
  const items: TraceItem[] = []
  act(
    createPneTrace(
      { gateway: GATEWAY, server: 'CPNS Server' },
      { clock: createVirtualClock(5), trace: (item) => void items.push(item) },
    ),
  )
  return items
}

test('what a PNE sends is received on CPNS-1, by name', () => {
  expect(traced((trace) => trace.fromPne(ERROR))).toEqual([
    {
      kind: 'message',
      wire: expect.any(Function),
      point: 'CPNS-1',
      side: 'received',
      from: PNE,
      to: GATEWAY,
      atMs: 5,
      message: 'Error',
      fields: { Status: 401, Detail: 'x' },
    },
  ])
})

test('what goes to a PNE is sent on CPNS-1: messages by name, frames by kind', () => {
  const items = traced((trace) => {
    for (const octets of [encodeMessage(ERROR), ATTACH, ANSWER, RECORD]) trace.toPne(PNE, octets)
  })
  expect(items).toMatchObject([
    { point: 'CPNS-1', side: 'sent', from: GATEWAY, to: PNE, message: 'Error' },
    { message: 'attach', fields: { SessionID: SESSION, octets: 34 } },
    { message: 'attached' },
    { message: 'record', fields: { SessionID: '0'.repeat(32), octets: 62 } },
  ])
})

test('what goes to the server is a relay record on CPNS-2: who, what kind and how long', () => {
  const items = traced((trace) => {
    for (const octets of [encodeMessage(ERROR), ATTACH, RECORD]) trace.relayed(PNE, octets)
  })
  expect(items).toMatchObject([
    { point: 'CPNS-2', side: 'sent', from: GATEWAY, to: 'CPNS Server', message: 'relay: Error' },
    { message: 'relay: attach' },
    { message: 'relay: record', fields: { PNE, octets: 62 } },
  ])
})

test('octets: a message without its secrets, any other frame as it is', () => {
  const proof = {
    name: 'AuthenticateResponse',
    transactionId: 't',
    entityId: PNE,
    authResData: { hash: new Uint8Array(32).fill(0x48), state: new Uint8Array(40).fill(0x53) },
  } as const
  const items = traced((trace) => {
    for (const octets of [encodeMessage(proof), ATTACH, RECORD]) trace.relayed(PNE, octets)
    trace.toPne(PNE, RECORD)
  })
  const wires = items.map((item) => ('wire' in item ? item.wire?.({ reveal: false }) : undefined))
  expect(wires.map((wire) => wire?.protocol)).toEqual(['cpns', ...Array(3).fill('cpns-frame')])
  expect(wires.slice(1).map((wire) => wire?.octets)).toEqual([ATTACH, RECORD, RECORD])
  const text = fromUtf8(wires[0]?.octets ?? new Uint8Array(0))
  expect(text).toContain('<AuthenticateResponse ')
  expect(text).not.toContain(toBase64(proof.authResData.hash).slice(0, 12))
})
