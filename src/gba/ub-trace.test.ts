import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { noTrace, type TraceItem } from '../trace/trace.ts'
import { WORKED } from './gba-facts.fixture.ts'
import type { UbRequest } from './ub-exchange.ts'
import {
  EMPTY_PASSWORD,
  formatChallenge,
  formatChallengeAnswer,
  formatRefusal,
} from './ub-messages.ts'
import { createUbTracer } from './ub-trace.ts'

const clock = createVirtualClock(1000)
const NAMES = { ueName: 'PN GW', bsfName: 'BSF' }
const IDENTITY = { username: WORKED.impi, bsfName: WORKED.bsfName, uri: '/', product: 'ue' }

function traced(end: 'UE' | 'BSF', act: (tracer: ReturnType<typeof createUbTracer>) => void) {
  const items: TraceItem[] = []
  act(createUbTracer({ trace: (item) => items.push(item), clock, end, ...NAMES }))
  return items[0]
}

describe('Ub in the trace', () => {
  test('an answer with AUTS, as the UE sent it', () => {
    const request = formatChallengeAnswer(IDENTITY, {
      nonce: WORKED.nonce,
      cnonce: WORKED.cnonce,
      password: EMPTY_PASSWORD,
      auts: WORKED.auts,
    })
    expect(traced('UE', (tracer) => tracer.request(request))).toEqual({
      kind: 'message',
      wire: expect.any(Function),
      atMs: 1000,
      point: 'Ub',
      side: 'sent',
      from: 'PN GW',
      to: 'BSF',
      message: 'GET',
      fields: {
        uri: '/',
        username: WORKED.impi,
        realm: WORKED.bsfName,
        nonce: WORKED.nonce,
        algorithm: 'AKAv1-MD5',
        auts: 'RR6L7KA7h0I6++1UjL0=',
      },
    })
  })

  test('a challenge, as the BSF sent it and as the UE received it', () => {
    const challenge = formatChallenge(
      { bsfName: WORKED.bsfName, product: 'bsf' },
      { nonce: WORKED.nonce, opaque: 'AAAA', stale: false },
    )
    const event = {
      from: 'BSF',
      to: 'PN GW',
      message: '401 Unauthorized',
      fields: {
        status: 401,
        realm: WORKED.bsfName,
        nonce: WORKED.nonce,
        algorithm: 'AKAv1-MD5',
      },
    }
    expect(traced('BSF', (tracer) => tracer.response(challenge))).toMatchObject({
      ...event,
      side: 'sent',
    })
    expect(traced('UE', (tracer) => tracer.response(challenge))).toMatchObject({
      ...event,
      side: 'received',
    })
  })

  test('an answer says how long it took, from its request at the same end', () => {
    const items: TraceItem[] = []
    const now = createVirtualClock(1000)
    const tracer = createUbTracer({
      trace: (item) => items.push(item),
      clock: now,
      end: 'BSF',
      ...NAMES,
    })
    const sinceMs = tracer.request({
      method: 'GET',
      uri: '/',
      headers: {},
      body: new Uint8Array(0),
    })
    tracer.response(formatRefusal('bsf', { status: 403 }), sinceMs - 7)
    expect(items).toMatchObject([{ message: 'GET' }, { message: '403 Forbidden', elapsedMs: 7 }])
    expect(items[0]).not.toHaveProperty('elapsedMs')
  })

  test('what cannot be read is traced with what can', () => {
    const request: UbRequest = {
      method: 'GET',
      uri: '/',
      headers: { authorization: ['Digest ,,,"'] },
      body: new Uint8Array(0),
    }
    expect(traced('BSF', (tracer) => tracer.request(request))).toMatchObject({
      side: 'received',
      fields: { uri: '/' },
    })
    const refusal = { ...formatRefusal('bsf', { status: 403 }), status: 499 }
    expect(traced('BSF', (tracer) => tracer.response(refusal))).toMatchObject({
      message: '499',
      fields: { status: 499 },
    })
  })

  test('who does not look costs nothing', () => {
    const tracer = createUbTracer({ trace: noTrace, clock, end: 'UE', ...NAMES })
    expect(() => tracer.response(formatRefusal('bsf', { status: 403 }))).not.toThrow()
  })
})
