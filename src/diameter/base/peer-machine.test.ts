import { describe, expect, test } from 'vitest'
import { CAPABILITIES_EXCHANGE, DEVICE_WATCHDOG, DISCONNECT_PEER } from './base-commands.ts'
import { describeCapabilities } from './capabilities.ts'
import { writeAnswer, writeRequest } from './command.ts'
import { HSS_NODE, node } from './diameter.fixture.ts'
import { type DiameterMessage, encodeMessage, MAX_MESSAGE_OCTETS } from './message.ts'
import { startInitiator, startResponder, step } from './peer-machine.ts'
import type { PeerContext, PeerEffect, PeerEvent, PeerState, PeerStep } from './peer-state.ts'

const ORIGIN = { originHost: HSS_NODE.originHost, originRealm: HSS_NODE.originRealm }
const PEER = { ...ORIGIN, productName: 'cpns', applicationIds: [16_777_221] }
const IDS = { hopByHop: 100, endToEnd: 200 }

function context(changes: Partial<PeerContext> = {}): PeerContext {
  let next = 0
  return {
    node: node(),
    nextIds() {
      next += 1
      return { hopByHop: next, endToEnd: next }
    },
    accepts: () => true,
    timings: { capabilitiesMs: 5000, watchdogMs: () => 30_000, closingMs: 1000 },
    ...changes,
  }
}

const cer = (changes = {}): DiameterMessage =>
  writeRequest(CAPABILITIES_EXCHANGE, { ...describeCapabilities(HSS_NODE), ...changes }, IDS)
const answerTo = (request: DiameterMessage, resultCode = 2001): DiameterMessage =>
  writeAnswer(CAPABILITIES_EXCHANGE, { resultCode, ...describeCapabilities(HSS_NODE) }, request)
const dwr = writeRequest(DEVICE_WATCHDOG, ORIGIN, IDS)
const dwa = writeAnswer(DEVICE_WATCHDOG, { resultCode: 2001, ...ORIGIN }, dwr)
const dpr = writeRequest(DISCONNECT_PEER, { ...ORIGIN, disconnectCause: 'BUSY' }, IDS)
const dpa = writeAnswer(DISCONNECT_PEER, { resultCode: 2001, ...ORIGIN }, dpr)
const request: DiameterMessage = { ...dwr, commandCode: 303, applicationId: 16_777_221 }
const answer: DiameterMessage = { ...request, request: false }
const unknownBase: DiameterMessage = { ...dwr, commandCode: 271 }

const received = (message: DiameterMessage): PeerEvent => ({ kind: 'message', message })
const OPEN: PeerState = { name: 'open', peer: PEER, watchdog: 'quiet' }
const CLOSING: PeerState = { name: 'closing', peer: PEER }

/** An effect in a word: what is sent, with its result. */
function wordOf(effect: PeerEffect): string {
  if (effect.kind === 'send') return sentWord(effect.message)
  if (effect.kind === 'timer') return `timer ${effect.ms}`
  if (effect.kind === 'usable') return `usable ${effect.usable}`
  if (effect.kind === 'close') return `close: ${effect.reason}`
  return effect.kind
}

function sentWord({ request: isRequest, commandCode, error, avps }: DiameterMessage): string {
  const result = avps.find(({ code }) => code === 268)?.data
  const code = result && new DataView(result.buffer, result.byteOffset).getUint32(0)
  return `send ${commandCode}${isRequest ? 'R' : `A ${code}`}${error ? ' E' : ''}`
}

const shown = ({ state, effects }: PeerStep) => {
  const watchdog = state.name === 'open' ? ` ${state.watchdog}` : ''
  return [`${state.name}${watchdog}`, ...effects.map(wordOf)]
}
const after = (state: PeerState, event: PeerEvent, changes: Partial<PeerContext> = {}) =>
  shown(step(context(changes), state, event))

describe('who was connected to', () => {
  const start = startResponder(context())

  test('waits for CER', () => {
    expect(shown(start)).toEqual(['awaiting-cer', 'timer 5000'])
  })

  test('CER: CEA, and open', () => {
    const next = step(context(), start.state, received(cer()))
    expect(shown(next)).toEqual(['open quiet', 'send 257A 2001', 'opened', 'timer 30000'])
    expect(next.effects[1]).toEqual({ kind: 'opened', peer: PEER })
  })

  test.each([
    ['DWR', dwr],
    ['CEA', answerTo(cer())],
    ['a request', request],
    ['an answer', answer],
    ['DPR', dpr],
  ])('%s first: gone without a word', (_name, message) => {
    expect(after(start.state, received(message))).toEqual([
      'closed',
      'close: the first message is no CER',
    ])
  })

  test.each([
    ['no common application', { vendorSpecificApplicationIds: [] }, 5010],
    ['security inside', { inbandSecurityIds: [1] }, 5017],
  ])('%s: CEA says so', (_name, changes, code) => {
    expect(after(start.state, received(cer(changes)))).toEqual([
      'closed',
      `send 257A ${code} E`,
      'close: CER refused',
    ])
  })

  test('an unknown peer: 3010', () => {
    expect(after(start.state, received(cer()), { accepts: () => false })).toEqual([
      'closed',
      'send 257A 3010 E',
      'close: CER refused',
    ])
  })

  test('a CER that lacks something: 5005', () => {
    const message = { ...cer(), avps: cer().avps.filter(({ code }) => code !== 264) }
    expect(after(start.state, received(message))[1]).toBe('send 257A 5005 E')
  })
})

test('a CER that fills its message with an unknown mandatory AVP: a CEA that can be written', () => {
  const data = new Uint8Array(MAX_MESSAGE_OCTETS - encodeMessage(cer()).length - 8)
  const avp = { code: 9999, vendorId: 0, mandatory: true, data }
  const message = { ...cer(), avps: [...cer().avps, avp] }
  expect(encodeMessage(message)).toHaveLength(MAX_MESSAGE_OCTETS)
  const next = step(context(), startResponder(context()).state, received(message))
  expect(shown(next)).toEqual(['closed', 'send 257A 5001 E', 'close: CER refused'])
  const [effect] = next.effects
  expect(() => effect?.kind === 'send' && encodeMessage(effect.message)).not.toThrow()
})

describe('who connected', () => {
  const start = startInitiator(context())

  test('sends CER', () => {
    expect(shown(start)).toEqual(['awaiting-cea', 'send 257R', 'timer 5000'])
  })

  test('CEA: open', () => {
    const [effect] = start.effects
    const sent = effect?.kind === 'send' ? effect.message : cer()
    expect(after(start.state, received(answerTo(sent)))).toEqual([
      'open quiet',
      'opened',
      'timer 30000',
    ])
  })

  const cea = (resultCode = 2001) => ({ ...answerTo(cer(), resultCode), hopByHop: 1 })
  test.each([
    ['a CEA to another request', { ...cea(), hopByHop: 77 }, 'the first message is no CEA'],
    ['CER', cer(), 'the first message is no CEA'],
    ['DWA', dwa, 'the first message is no CEA'],
    ['a refusal', cea(5010), 'CER refused with 5010'],
    ['no result', { ...cea(), avps: [] }, 'CEA: Result-Code: missing'],
  ])('%s: gone', (_name, message, reason) => {
    expect(after(start.state, received(message))).toEqual(['closed', `close: ${reason}`])
  })

  test('another peer than was meant: gone', () => {
    expect(after(start.state, received(cea()), { accepts: () => false })).toEqual([
      'closed',
      'close: CEA: Origin-Host: unknown peer',
    ])
  })
})

describe('open', () => {
  test.each<[string, PeerEvent, string[]]>([
    ['a request', received(request), ['open quiet', 'timer 30000', 'request']],
    ['an answer', received(answer), ['open quiet', 'timer 30000', 'answer']],
    ['DWR', received(dwr), ['open quiet', 'timer 30000', 'send 280A 2001']],
    ['DWA to nothing', received(dwa), ['open quiet', 'timer 30000']],
    [
      'an unknown command',
      received(unknownBase),
      ['open quiet', 'timer 30000', 'send 271A 3001 E'],
    ],
    [
      'DPR',
      received(dpr),
      ['closing', 'send 282A 2001', 'usable false', 'dismissed', 'timer 1000'],
    ],
    [
      'DPR before a reboot',
      received(writeRequest(DISCONNECT_PEER, { ...ORIGIN, disconnectCause: 'REBOOTING' }, IDS)),
      ['closing', 'send 282A 2001', 'usable false', 'timer 1000'],
    ],
    ['stop', { kind: 'stop' }, ['closing', 'send 282R', 'usable false', 'timer 1000']],
    ['disconnected', { kind: 'disconnected' }, ['closed', 'close: disconnected']],
    ['CER again', received(cer()), ['open quiet', 'send 257A 2001', 'opened', 'timer 30000']],
    [
      'CER of another',
      received(cer({ originHost: 'other.home.example' })),
      ['closed', 'close: another Origin-Host than before'],
    ],
    [
      'a DWR that lacks its origin',
      received({ ...dwr, avps: [] }),
      ['open quiet', 'timer 30000', 'send 280A 5005 E'],
    ],
    [
      'a DPR without a cause',
      received({ ...dpr, avps: dpr.avps.filter(({ code }) => code !== 273) }),
      ['closing', 'send 282A 5005 E', 'usable false', 'timer 1000'],
    ],
  ])('%s', (_name, event, expected) => {
    expect(after(OPEN, event)).toEqual(expected)
  })
})

describe('the watchdog of RFC 3539 3.4', () => {
  const asked: PeerState = { ...OPEN, watchdog: 'asked' }
  const suspect: PeerState = { ...OPEN, watchdog: 'suspect' }

  test('silence: DWR, then not usable, then gone', () => {
    expect(after(OPEN, { kind: 'timer' })).toEqual(['open asked', 'send 280R', 'timer 30000'])
    expect(after(asked, { kind: 'timer' })).toEqual(['open suspect', 'usable false', 'timer 30000'])
    expect(after(suspect, { kind: 'timer' })).toEqual([
      'closed',
      'close: no answer to the watchdog',
    ])
  })

  test('DWA calms it; any other message only puts it off', () => {
    expect(after(asked, received(dwa))).toEqual(['open quiet', 'timer 30000'])
    expect(after(asked, received(answer))).toEqual(['open asked', 'timer 30000', 'answer'])
  })

  test.each([
    ['DWA', dwa, []],
    ['a request', request, ['request']],
  ])('a suspect is usable again by %s', (_name, message, more) => {
    expect(after(suspect, received(message))).toEqual([
      'open quiet',
      'timer 30000',
      'usable true',
      ...more,
    ])
  })
})

describe('closing', () => {
  test.each<[string, PeerEvent, string[]]>([
    ['DPA', received(dpa), ['closed', 'close: disconnected by us']],
    ['an answer under way', received(answer), ['closing', 'answer']],
    ['DPR from the other side too', received(dpr), ['closing', 'send 282A 2001']],
    ['a new request', received(request), ['closing']],
    ['DWR', received(dwr), ['closing']],
    ['stop again', { kind: 'stop' }, ['closing']],
    ['time', { kind: 'timer' }, ['closed', 'close: timeout closing']],
    ['disconnected', { kind: 'disconnected' }, ['closed', 'close: disconnected']],
  ])('%s', (_name, event, expected) => {
    expect(after(CLOSING, event)).toEqual(expected)
  })
})

test.each<PeerState>([{ name: 'awaiting-cer' }, { name: 'awaiting-cea', hopByHop: 1 }])(
  '$name: time, stop and a lost connection end it',
  (state) => {
    expect(after(state, { kind: 'timer' })).toEqual(['closed', `close: timeout ${state.name}`])
    expect(after(state, { kind: 'stop' })).toEqual(['closed', 'close: stopped'])
    expect(after(state, { kind: 'disconnected' })).toEqual(['closed', 'close: disconnected'])
  },
)

test.each<PeerEvent>([
  received(cer()),
  received(request),
  { kind: 'timer' },
  { kind: 'stop' },
  { kind: 'disconnected' },
])('closed: nothing happens any more (%#)', (event) => {
  expect(after({ name: 'closed' }, event)).toEqual(['closed'])
})

test('messages are answered with their own ids', () => {
  const { effects } = step(context(), OPEN, received(dwr))
  const sent = effects.find((effect) => effect.kind === 'send')
  expect(sent?.kind === 'send' && sent.message).toMatchObject(IDS)
})
