import { describe, expect, test } from 'vitest'
import { createTestCard, SELECT_USIM } from './uicc.fixture.ts'

const OPEN = '0070000001'
const close = (channel: number) => `0070800${channel}`

describe('MANAGE CHANNEL', () => {
  test('three more channels, lowest number first, then 6A 81', async () => {
    const card = await createTestCard()
    expect(await card.send(OPEN)).toBe('019000')
    expect(await card.send(OPEN)).toBe('029000')
    expect(await card.send(OPEN)).toBe('039000')
    expect(await card.send(OPEN)).toBe('6a81')
    expect(await card.send(close(2))).toBe('9000')
    expect(await card.send(close(2))).toBe('6881')
    expect(await card.send(OPEN)).toBe('029000')
  })

  test('each channel has its own selection', async () => {
    const card = await createTestCard()
    await card.send(OPEN)
    await card.send(SELECT_USIM)
    expect(await card.send('01a4000c026f07')).toBe('6a82')
    expect(await card.send('01a4000c022fe2')).toBe('9000')
    expect(await card.send('00b0870009')).toBe('0809101010325476989000')
    expect(await card.send('01b0000001')).toBe('989000')
    expect(await card.send('81f2000c')).toBe('9000')
  })

  test('opened from another channel it starts where that one is', async () => {
    const card = await createTestCard()
    await card.send(OPEN)
    await card.send('01a4040c07a0000000871002')
    expect(await card.send('0170000001')).toBe('029000')
    expect(await card.send('02b0870009')).toBe('0809101010325476989000')
  })

  test('a PIN verified on one channel counts on all', async () => {
    const card = await createTestCard()
    await card.send(OPEN)
    await card.send('01a4040c07a0000000871002')
    expect(await card.send('01d687080100')).toBe('6982')
    await card.send('0020000a084141414141414141')
    expect(await card.send('01d687080100')).toBe('9000')
  })

  test('a closed or never opened channel: 68 81; a reset closes all', async () => {
    const card = await createTestCard()
    expect(await card.send('01a4000c023f00')).toBe('6881')
    expect(await card.send('40a4000c023f00')).toBe('6881')
    await card.send(OPEN)
    await card.reader.reset()
    expect(await card.send('01a4000c023f00')).toBe('6881')
  })

  test.each([
    ['open with a number', '0070000101', '6a86'],
    ['close the basic channel', '00708000', '6a86'],
    ['close channel 4', '00708004', '6a86'],
    ['P1 40', '0070400001', '6a86'],
    ['data', '007000000100', '6700'],
    ['no Le', '00700000', '6c01'],
    ['Le 00', '0070000000', '6c01'],
    ['Le 02', '0070000002', '6c01'],
  ])('%s: no channel is opened', async (_name, command, sw) => {
    const card = await createTestCard()
    expect(await card.send(command)).toBe(sw)
    expect(await card.send(OPEN)).toBe('019000')
  })
})
