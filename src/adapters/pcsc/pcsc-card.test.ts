import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../octets/octets.ts'
import { fakeSmartcard, setFake } from './fake-smartcard.fixture.ts'
import { createPcscCard, pcscReasonOf } from './pcsc-card.ts'

const smartcard = fakeSmartcard()
const { calls } = smartcard
beforeEach(() => {
  calls.length = 0
})
afterEach(() => setFake(undefined))

describe('a reset', () => {
  test('connects alone, resets the card and gives its ATR', async () => {
    const card = createPcscCard(smartcard)
    expect(toHex(await card.reset('Good'))).toBe('3b01')
    expect(calls).toEqual([
      ['connect', 'Good 00 00', 1, 3],
      ['reconnect', 1, 3, 1],
    ])
  })

  test('again: leaves the card first', async () => {
    const card = createPcscCard(smartcard)
    await card.reset('Good')
    await card.reset('Good 00 00')
    expect(calls.map(([call]) => call)).toEqual([
      'connect',
      'reconnect',
      'disconnect',
      'close',
      'connect',
      'reconnect',
    ])
  })

  test('without a name: the first reader with a card', async () => {
    await createPcscCard(smartcard).reset('')
    expect(calls[0]).toEqual(['connect', 'Good 00 00', 1, 3])
  })

  test.each([
    ['Empty', 'there is no card in it'],
    ['Bad', /^there is no such reader; there is "Empty 00 00", "Good 00 00"/],
    ['Busy', 'Sharing violation'],
  ])('%s: fails, and leaves nothing open', async (name, message) => {
    const card = createPcscCard(smartcard)
    await expect(card.reset(name)).rejects.toThrow(message)
    expect(calls.at(-1)).toEqual(['close'])
    await expect(card.transmit(fromHex('00b0000000'))).rejects.toThrow('the card is not powered')
  })

  test.each([
    ['no-service', 'PC/SC service not running'],
    ['no-readers', 'there is no such reader; there is none'],
  ] as const)('%s', async (how, message) => {
    setFake(how)
    await expect(createPcscCard(smartcard).reset('')).rejects.toThrow(message)
  })
})

describe('a command', () => {
  test('T=0: Le of case 4 stays behind', async () => {
    const card = createPcscCard(smartcard)
    await card.reset('Good')
    expect(toHex(await card.transmit(fromHex('00a40004023f0000')))).toBe('00a40004023f009000')
  })

  test('T=1: as it is', async () => {
    const card = createPcscCard(smartcard)
    await card.reset('Block')
    expect(toHex(await card.transmit(fromHex('00a40004023f0000')))).toBe('00a40004023f00009000')
  })

  test('an answer without status word is a card that is gone', async () => {
    const card = createPcscCard(smartcard)
    await card.reset('Good')
    await expect(card.transmit(fromHex('00e20000'))).rejects.toThrow('the card was removed')
    await expect(card.transmit(fromHex('00e10000'))).rejects.toThrow('Card was removed')
  })
})

test('release takes the power, also from a card that is gone', async () => {
  const card = createPcscCard(smartcard)
  card.release()
  await card.reset('Good')
  calls.push(['gone'])
  card.release()
  expect(calls.slice(-2)).toEqual([['disconnect', 2], ['close']])
  card.release()
  expect(calls.at(-1)).toEqual(['close'])
})

test('reasons in plain words, and those that are not known as they are', () => {
  expect(pcscReasonOf(new Error('PC/SC service not running'))).toBe('pcscd is not running')
  expect(pcscReasonOf(new Error('Sharing violation'))).toBe('another program uses the card')
  expect(pcscReasonOf(new Error('Transaction failed'))).toMatch(/^the card was removed, or/)
  expect(pcscReasonOf(new Error('Protocol mismatch'))).toMatch(/neither T=0 nor T=1/)
  expect(pcscReasonOf(new Error('Comm data lost'))).toBe('Comm data lost')
  expect(pcscReasonOf('x')).toBe('it failed')
})
