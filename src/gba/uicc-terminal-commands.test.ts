import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { InvalidMessage, TransportFailed, Unsupported } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { noTrace } from '../trace/trace.ts'
import { createRecordedTrace, createScriptedReader } from './uicc-terminal.fixture.ts'
import { CardRefused, createCommandSender, isOk } from './uicc-terminal-commands.ts'

const COMMAND = { ins: 0xa4, p1: 0x00, p2: 0x04, data: fromHex('3f00') }
const NAMES = { terminal: 'PN GW', trace: noTrace, clock: undefined }
const traced = { message: 'SELECT MF' }

async function send(script: Parameters<typeof createScriptedReader>[0], command: object = {}) {
  const reader = createScriptedReader(script)
  const response = await createCommandSender(reader, NAMES).send({ ...COMMAND, ...command }, traced)
  return { sent: reader.sent, response: toHex(response.data), sw: response.sw }
}

describe('what the card says by its status word', () => {
  test('61xx is fetched, also in several pieces', async () => {
    const { sent, response, sw } = await send({
      '00a4': '6105',
      '00c0000005': '0102036102',
      '00c0000002': '04059000',
    })
    expect(sent).toEqual(['00a40004023f00', '00c0000005', '00c0000002'])
    expect([response, sw]).toEqual(['0102030405', 0x9000])
  })

  test('6Cxx: the same command again with that Le; also for GET RESPONSE', async () => {
    const read = { ins: 0xb0, p1: 0, p2: 0, data: new Uint8Array(0), le: 256 }
    const first = await send({ '00b0000000': '6c02', '00b0000002': 'aabb9000' }, read)
    expect([first.response, first.sent]).toEqual(['aabb', ['00b0000000', '00b0000002']])
    const second = await send({ '00a4': '6100', '00c0000000': '6c01', '00c0000001': 'cc9000' })
    expect(second.response).toBe('cc')
  })

  test('GET RESPONSE goes to the channel of a proprietary command', async () => {
    const { sent } = await send({ '80f2': '6101', '00c0': 'ee9000' }, { cla: 0x80, ins: 0xf2 })
    expect(sent[1]).toBe('00c0000001')
  })

  test('91xx and 92xx are normal ends; warnings and errors are not', () => {
    const data = new Uint8Array(0)
    expect([0x9000, 0x9110, 0x9201].map((sw) => isOk({ data, sw }))).toEqual([true, true, true])
    expect([0x6283, 0x63c3, 0x6a82, 0x9862].map((sw) => isOk({ data, sw }))).toEqual(
      Array(4).fill(false),
    )
  })

  test('a card that promises octets without end is left', async () => {
    await expect(send({ '00a4': '6110', '00c0': '6110' })).rejects.toThrow(TransportFailed)
    await expect(send({ '00a4': '61ff', '00c0': `${'00'.repeat(255)}61ff` })).rejects.toThrow(
      TransportFailed,
    )
    expect((await send({ '00a4': '6c00' }, { le: 256 })).sw).toBe(0x6c00)
    await expect(
      send({ '00a4': ['6c01', '6c02', '6c01', '6c02'], '00a40004023f00': '6c01' }),
    ).resolves.toBeDefined()
  })

  test('an answer that is none', async () => {
    await expect(send({ '00a4': '90' })).rejects.toThrow(InvalidMessage)
  })
})

test('a refusal names command and status word, in words', () => {
  const error = new CardRefused('SELECT MF', { data: new Uint8Array(0), sw: 0x6a82 })
  expect(error).toBeInstanceOf(Unsupported)
  expect([error.code, error.statusWord]).toEqual(['unsupported', 0x6a82])
  expect(error.message).toBe('the card refused SELECT MF: 6a82 (file not found)')
})

test('a command and its final answer are traced, never what the card answered', async () => {
  const { events, trace } = createRecordedTrace()
  const clock = createVirtualClock(7_000)
  const card = createScriptedReader({ '00a4': '6102', '00c0': 'dead9000', '00b0': '6982' })
  const reader: typeof card = {
    ...card,
    async transmit(command) {
      await clock.advance(20)
      return card.transmit(command)
    },
  }
  const sender = createCommandSender(reader, { terminal: 'PN GW', trace, clock })
  await sender.send(COMMAND, { message: 'SELECT MF', fields: { a: 1 } })
  sender.nameCard('USIM')
  await sender.send({ ...COMMAND, ins: 0xb0 }, { message: 'READ', outcomeOf: () => 'mine' })
  const line = {
    kind: 'message',
    atMs: expect.any(Number) as number,
    point: 'APDU',
    side: 'sent',
    wire: expect.any(Function),
  }
  expect(events).toEqual([
    { ...line, from: 'PN GW', to: 'UICC', message: 'SELECT MF', fields: { a: 1 } },
    {
      ...line,
      from: 'UICC',
      to: 'PN GW',
      message: 'SELECT MF',
      fields: { statusWord: '9000', outcome: 'success' },
      // With GET RESPONSE: it is one exchange for who asks.
      elapsedMs: 40,
    },
    { ...line, from: 'PN GW', to: 'USIM', message: 'READ', fields: {} },
    {
      ...line,
      from: 'USIM',
      to: 'PN GW',
      message: 'READ',
      fields: { statusWord: '6982', outcome: 'mine' },
      elapsedMs: 20,
    },
  ])
  expect(events.map((event) => 'atMs' in event && event.atMs)).toEqual([7000, 7040, 7040, 7060])
  expect(JSON.stringify(events)).not.toContain('dead')
})
