import { describe, expect, test } from 'vitest'
import { createTestCard, SELECT_USIM, type TestCard } from './uicc.fixture.ts'

const pinOf = (digits: string) => Buffer.from(digits).toString('hex').padEnd(16, 'f')
const PIN = pinOf('1234')
const WRONG = pinOf('0000')
const NEW = pinOf('99999999')
const PUK = pinOf('12345678')

const verify = (pin: string, reference = '01') => `002000${reference}08${pin}`
const change = (from: string, to: string, reference = '01') => `002400${reference}10${from}${to}`
const disable = (pin: string, reference = '01') => `002600${reference}08${pin}`
const enable = (pin: string, reference = '01') => `002800${reference}08${pin}`
const unblock = (puk: string, to: string, reference = '01') => `002c00${reference}10${puk}${to}`
const TRIES = '00200001'

async function locked(): Promise<TestCard> {
  const card = await createTestCard({
    pins: {
      pin: { value: '1234', puk: '12345678', enabled: true },
      pin2: { value: '5678', puk: '87654321', enabled: true },
      adm1: '4141414141414141',
    },
  })
  await card.send(SELECT_USIM)
  return card
}

const canReadImsi = async (card: TestCard) => (await card.send('00b0870009')) !== '6982'

describe('VERIFY PIN', () => {
  test('opens the files until the next reset', async () => {
    const card = await locked()
    expect(await canReadImsi(card)).toBe(false)
    expect(await card.send(verify(PIN))).toBe('9000')
    expect(await canReadImsi(card)).toBe(true)
    await card.reader.reset()
    await card.send(SELECT_USIM)
    expect(await canReadImsi(card)).toBe(false)
  })

  test('three wrong ones block it, over resets; a right one in between counts anew', async () => {
    const card = await locked()
    expect(await card.send(TRIES)).toBe('63c3')
    expect(await card.send(verify(WRONG))).toBe('63c2')
    await card.reader.reset()
    expect(await card.send('0020000100')).toBe('63c2')
    expect(await card.send(verify(PIN))).toBe('9000')
    expect(await card.send(TRIES)).toBe('63c3')
    expect(await card.send(verify(WRONG))).toBe('63c2')
    expect(await card.send(verify(WRONG))).toBe('63c1')
    expect(await card.send(verify(WRONG))).toBe('63c0')
    expect(await card.send(verify(PIN))).toBe('6983')
    expect(await card.send(TRIES)).toBe('63c0')
    await card.send(SELECT_USIM)
    expect(await canReadImsi(card)).toBe(false)
  })

  test('a right one with all tries left has nothing to save', async () => {
    const card = await locked()
    await card.send(verify(PIN))
    expect(card.state.saves).toBe(0)
  })

  test('PIN2 and ADM1 have counters of their own', async () => {
    const card = await locked()
    expect(await card.send(verify(pinOf('5678'), '81'))).toBe('9000')
    expect(await card.send(verify(WRONG, '0a'))).toBe('63c2')
    expect(await card.send(verify('41'.repeat(8), '0a'))).toBe('9000')
    expect(await card.send(TRIES)).toBe('63c3')
    expect(await canReadImsi(card)).toBe(false)
  })
})

describe('CHANGE PIN', () => {
  test('the new value counts, also after a reset', async () => {
    const card = await locked()
    expect(await card.send(change(WRONG, NEW))).toBe('63c2')
    expect(await card.send(change(PIN, NEW))).toBe('9000')
    expect(await canReadImsi(card)).toBe(true)
    await card.reader.reset()
    expect(await card.send(TRIES)).toBe('63c3')
    expect(await card.send(verify(PIN))).toBe('63c2')
    expect(await card.send(verify(NEW))).toBe('9000')
  })

  test('a new value that is no PIN is refused without a try; ADM1 may hold any octets', async () => {
    const card = await locked()
    for (const value of [pinOf('123'), 'ff'.repeat(8), '31323334ff31ffff', '4142434445464748']) {
      expect(await card.send(change(WRONG, value))).toBe('6a80')
    }
    expect(await card.send(TRIES)).toBe('63c3')
    expect(await card.send(change('41'.repeat(8), '00'.repeat(8), '0a'))).toBe('9000')
    expect(await card.send(verify('00'.repeat(8), '0a'))).toBe('9000')
  })
})

describe('DISABLE and ENABLE PIN', () => {
  test('disabled, the PIN stands in nobody’s way and cannot be verified or changed', async () => {
    const card = await locked()
    expect(await card.send(disable(WRONG))).toBe('63c2')
    expect(await card.send(disable(PIN))).toBe('9000')
    await card.reader.reset()
    await card.send(SELECT_USIM)
    expect(await canReadImsi(card)).toBe(true)
    expect(await card.send(verify(PIN))).toBe('6984')
    expect(await card.send(change(PIN, NEW))).toBe('6984')
    expect(await card.send(disable(PIN))).toBe('6984')
    expect(await card.fetch('00a40004023f00')).toContain('c609900140')
    expect(await card.send(enable(WRONG))).toBe('63c2')
    expect(await card.send(enable(PIN))).toBe('9000')
    expect(await card.send(enable(PIN))).toBe('6985')
    expect(await card.fetch('00a40004023f00')).toContain('c6099001c0')
    await card.reader.reset()
    await card.send(SELECT_USIM)
    expect(await canReadImsi(card)).toBe(false)
  })

  test('PIN2 and ADM1 stay enabled', async () => {
    const card = await locked()
    expect(await card.send(disable(pinOf('5678'), '81'))).toBe('6985')
    expect(await card.send(disable('41'.repeat(8), '0a'))).toBe('6985')
    expect(await card.send(enable(pinOf('5678'), '81'))).toBe('6985')
  })
})

describe('UNBLOCK PIN', () => {
  test('sets a new value, enables and verifies', async () => {
    const card = await locked()
    for (let n = 0; n < 3; n++) await card.send(verify(WRONG))
    expect(await card.send('002c0001')).toBe('63ca')
    expect(await card.send(unblock(WRONG, NEW))).toBe('63c9')
    expect(await card.send(verify(PIN))).toBe('6983')
    expect(await card.send(unblock(PUK, NEW))).toBe('9000')
    expect(await canReadImsi(card)).toBe(true)
    expect(await card.send('002c000100')).toBe('63ca')
    expect(await card.send(TRIES)).toBe('63c3')
    expect(await card.send(verify(NEW))).toBe('9000')
  })

  test('ten wrong codes block it for good', async () => {
    const card = await locked()
    for (let left = 9; left >= 0; left--) {
      expect(await card.send(unblock(WRONG, NEW))).toBe(`63c${left}`)
    }
    expect(await card.send(unblock(PUK, NEW))).toBe('6983')
    expect(await card.send(verify(PIN))).toBe('9000')
  })

  test('a disabled PIN is enabled by it; a value that is no PIN is refused without a try', async () => {
    const card = await locked()
    await card.send(disable(PIN))
    expect(await card.send(unblock(PUK, 'ff'.repeat(8)))).toBe('6a80')
    expect(await card.send('002c0001')).toBe('63ca')
    expect(await card.send(unblock(PUK, NEW))).toBe('9000')
    await card.reader.reset()
    await card.send(SELECT_USIM)
    expect(await canReadImsi(card)).toBe(false)
  })

  test('nobody unblocks ADM1', async () => {
    expect(await (await locked()).send(unblock(PUK, NEW, '0a'))).toBe('6a88')
  })
})

describe('wrong input', () => {
  const commands = { verify: '20', change: '24', disable: '26', enable: '28', unblock: '2c' }
  test.each(Object.entries(commands))('%s: parameters and lengths', async (_name, ins) => {
    const card = await locked()
    const data = '00'.repeat(8)
    expect(await card.send(`00${ins}010108${data}`)).toBe('6a86')
    expect(await card.send(`00${ins}000008${data}`)).toBe('6a86')
    expect(await card.send(`00${ins}002108${data}`)).toBe('6a86')
    const full = ins === '24' || ins === '2c' ? `10${data}${data}` : `08${data}`
    expect(await card.send(`00${ins}0002${full}`)).toBe('6a88')
    expect(await card.send(`00${ins}000107${'00'.repeat(7)}`)).toBe('6700')
    expect(await card.send(`00${ins}0001${full}00`)).toBe('6700')
    expect(card.state.saves).toBe(0)
  })

  test('CHANGE, DISABLE and ENABLE need data', async () => {
    const card = await locked()
    for (const ins of ['24', '26', '28']) expect(await card.send(`00${ins}0001`)).toBe('6700')
  })
})
