import { describe, expect, test } from 'vitest'
import { createTestCard, SELECT_USIM } from './uicc.fixture.ts'

const LOCI = 'ffffffffffffff0000ff01'

async function withLoci() {
  const card = await createTestCard()
  await card.send(SELECT_USIM)
  await card.send('00a4000c026f7e')
  return card
}

describe('READ BINARY', () => {
  test('whole, from an offset, and less than there is', async () => {
    const card = await withLoci()
    expect(await card.send('00b000000b')).toBe(`${LOCI}9000`)
    expect(await card.send('00b0000902')).toBe('ff019000')
    expect(await card.send('00b0000001')).toBe('ff9000')
  })

  test('Le beyond the end: 6Cxx with what is there', async () => {
    const card = await withLoci()
    expect(await card.send('00b0000000')).toBe('6c0b')
    expect(await card.send('00b000000c')).toBe('6c0b')
    expect(await card.send('00b0000a02')).toBe('6c01')
  })

  test('by short file identifier, which becomes the current EF', async () => {
    const card = await createTestCard()
    await card.send(SELECT_USIM)
    expect(await card.send('00b0870009')).toBe('0809101010325476989000')
    expect(await card.send('00b0000801')).toBe('989000')
    expect(await card.send('00b0830004')).toBe('000000029000')
    expect(await card.send('00b09e0001')).toBe('6a82')
  })

  test.each([
    ['offset at the end', '00b0000b01', '6b00'],
    ['offset beyond one octet', '00b0010001', '6b00'],
    ['SFI 0', '00b0800001', '6a86'],
    ['SFI 31', '00b09f0001', '6a86'],
    ['P1 with bit 6', '00b0a10001', '6a86'],
    ['no Le', '00b00000', '6700'],
    ['data', '00b000000100', '6700'],
  ])('%s', async (_name, command, sw) => {
    expect(await (await withLoci()).send(command)).toBe(sw)
  })

  test('no EF, a record file, and a closed one', async () => {
    const card = await createTestCard()
    expect(await card.send('00b0000001')).toBe('6986')
    await card.send('00a4000c022f00')
    expect(await card.send('00b0000001')).toBe('6981')
  })
})

describe('UPDATE BINARY', () => {
  test('a part, up to the last octet; what was written stays after a reset', async () => {
    const card = await withLoci()
    expect(await card.send('00d600090200aa')).toBe('9000')
    expect(await card.send('00b000000b')).toBe('ffffffffffffff000000aa9000')
    await card.reader.reset()
    await card.send(SELECT_USIM)
    expect(await card.send('00b08b000b')).toBe('ffffffffffffff000000aa9000')
  })

  test('by short file identifier', async () => {
    const card = await createTestCard()
    await card.send(SELECT_USIM)
    expect(await card.send('00d68b0a0107')).toBe('9000')
    expect(await card.send('00b0000a01')).toBe('079000')
  })

  test.each([
    ['beyond the end', '00d6000a020000', '6700'],
    ['offset at the end', '00d6000b0100', '6b00'],
    ['no data', '00d60000', '6700'],
    ['P3 00', '00d6000000', '6700'],
    ['Le besides data', '00d600000100ff', '6700'],
    ['unknown SFI', '00d69d000100', '6a82'],
  ])('%s: nothing is written', async (_name, command, sw) => {
    const card = await withLoci()
    expect(await card.send(command)).toBe(sw)
    expect(card.state.saves).toBe(0)
    expect(await card.send('00b000000b')).toBe(`${LOCI}9000`)
  })

  test('never on EF_ICCID, with ADM1 on EF_IMSI', async () => {
    const card = await createTestCard()
    await card.send('00a4000c022fe2')
    expect(await card.send('00d600000100')).toBe('6982')
    await card.send(SELECT_USIM)
    expect(await card.send('00d687080100')).toBe('6982')
    expect(await card.send('0020000a084141414141414141')).toBe('9000')
    expect(await card.send('00d687080100')).toBe('9000')
    await card.send('00a4000c023f00')
    await card.send('00a4000c022fe2')
    expect(await card.send('00d600000100')).toBe('6982')
  })
})
