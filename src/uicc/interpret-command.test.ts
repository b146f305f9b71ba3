import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { INS } from '../apdu/instructions.ts'
import { meaningOfStatusWord } from '../apdu/status-words.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { toHex } from '../octets/octets.ts'
import { challengesFor, createTestCard, SELECT_USIM } from './uicc.fixture.ts'

describe('class and instruction', () => {
  test.each([
    ['class A0 (GSM)', 'a0a40000023f00', '6e00'],
    ['class F0', 'f0a40000023f00', '6e00'],
    ['class FF', 'ffa40000023f00', '6e00'],
    ['ETSI class for SELECT', '80a4000c023f00', '6e00'],
    ['secure messaging', '0ca4000c023f00', '6882'],
    ['secure messaging on a further channel', '60a4000c023f00', '6882'],
    ['channel 4', '40a4000c023f00', '6881'],
    ['an instruction nobody knows', '00ee0000', '6d00'],
    ['TERMINAL PROFILE, which no proactive card asks for', '801000000100', '6d00'],
  ])('%s', async (_name, command, sw) => {
    expect(await (await createTestCard()).send(command)).toBe(sw)
  })

  test.each([
    '',
    '00',
    '00a4',
    '00a400',
    '00a4000c033f00',
    '00a4000c00023f00',
    '00a4000c023f0000ff',
  ])('what is no APDU: %j gives 67 00', async (command) => {
    expect(await (await createTestCard()).send(command)).toBe('6700')
  })
})

describe('GET RESPONSE', () => {
  const challenge = challengesFor(WORKED.sqn).gba
  const answer = `db08${toHex(WORKED.resGbaU.reveal())}`

  async function waiting() {
    const card = await createTestCard()
    await card.send(SELECT_USIM)
    await card.send('0070000001')
    expect(await card.send(`${challenge}00`)).toBe('610a')
    return card
  }

  test('in one piece, once', async () => {
    const card = await waiting()
    expect(await card.send('00c000000a')).toBe(`${answer}9000`)
    expect(await card.send('00c000000a')).toBe('6985')
  })

  test('in pieces, and Le too large is corrected', async () => {
    const card = await waiting()
    expect(await card.send('00c0000000')).toBe('6c0a')
    expect(await card.send('00c000000b')).toBe('6c0a')
    expect(await card.send('00c0000003')).toBe(`${answer.slice(0, 6)}6107`)
    expect(await card.send('00c0000007')).toBe(`${answer.slice(6)}9000`)
  })

  test('any other command throws the answer away', async () => {
    for (const command of ['80f2000c', '00ee0000', '00', 'ffffffff']) {
      const card = await waiting()
      await card.send(command)
      expect(await card.send('00c000000a'), command).toBe('6985')
    }
  })

  test('another channel does not get it', async () => {
    const card = await waiting()
    expect(await card.send('01c000000a')).toBe('6985')
    expect(await card.send('00c000000a')).toBe(`${answer}9000`)
  })

  test.each([
    ['P1 01', '00c001000a', '6a86'],
    ['P2 01', '00c000010a', '6a86'],
    ['no Le', '00c00000', '6700'],
    ['data', '00c000000100', '6700'],
    ['ETSI class', '80c000000a', '6e00'],
  ])('%s', async (_name, command, sw) => {
    const card = await waiting()
    expect(await card.send(command)).toBe(sw)
  })
})

describe('whatever a terminal sends', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const known = fc.constantFrom(...Object.values(INS))
  const cla = fc.oneof(fc.constantFrom(0x00, 0x00, 0x80, 0x01), octet)
  const p1 = fc.oneof(fc.constantFrom(0x00, 0x04, 0x08, 0x80), octet)
  const p2 = fc.oneof(fc.constantFrom(0x00, 0x01, 0x04, 0x0c, 0x81, 0x84), octet)
  const fileIds = fc.constantFrom(
    [0x3f, 0x00],
    [0x6f, 0x07],
    [0x6f, 0xd6],
    [0x6f, 0xda],
    [0x7f, 0xff],
  )
  const body = fc.oneof(
    fileIds.map((id) => Uint8Array.from(id)),
    fc.uint8Array({ maxLength: 40 }),
    fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((rest) => Uint8Array.of(rest.length % 2 === 0 ? 0xdd : 0xde, ...rest)),
  )
  const tail = fc.oneof(
    fc.constant([]),
    octet.map((le) => [le]),
    body.map((data) => [data.length, ...data]),
    fc.tuple(body, octet).map(([data, le]) => [data.length, ...data, le]),
    fc.uint8Array({ maxLength: 10 }).map((noise) => [...noise]),
  )
  const apdu = fc
    .tuple(cla, fc.oneof(known, octet), p1, p2, tail)
    .map(([c, ins, a, b, rest]) => Uint8Array.of(c, ins, a, b, ...rest))
  const anything = fc.oneof({ weight: 9, arbitrary: apdu }, fc.uint8Array({ maxLength: 12 }))

  test('it answers with a known status word, gives no secret away and keeps SQN and Ks', async () => {
    const secrets = [WORKED.k, WORKED.opc, WORKED.ck, WORKED.ik].map((s) => toHex(s.reveal()))
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 60 }), async (commands) => {
        const card = await createTestCard()
        await card.send(SELECT_USIM)
        await card.send(challengesFor(WORKED.sqn).gba)
        for (const command of commands) {
          const response = toHex(await card.reader.transmit(command))
          const sw = Number.parseInt(response.slice(-4), 16)
          expect(meaningOfStatusWord(sw), toHex(command)).not.toBe('unknown status word')
          for (const secret of secrets) expect(response).not.toContain(secret)
        }
        await card.reader.reset()
        await card.send(SELECT_USIM)
        expect(await card.send(challengesFor(WORKED.sqn).gba)).toBe('6110')
        expect(await card.send('008800840ade066e01000000020161')).toBe('6122')
      }),
      { seed: 20_260_301, numRuns: 250 },
    )
  })
})
