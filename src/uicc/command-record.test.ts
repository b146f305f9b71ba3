import { describe, expect, test } from 'vitest'
import { createTestCard, SELECT_ISIM, SELECT_USIM, type TestCard } from './uicc.fixture.ts'

const ADM1 = '0020000a084141414141414141'
const DIR = '00a4000c022f00'

async function withRecords(): Promise<TestCard> {
  const card = await createTestCard()
  await card.send(ADM1)
  await card.send(SELECT_USIM)
  await card.send('00a4000c026fda')
  for (const [index, text] of ['aa01bb', 'aa02bb', 'cc03aa', 'aa04bb', 'cc05bb'].entries()) {
    expect(await card.send(`00dc0${index + 1}04ff${text.padEnd(510, 'f')}`)).toBe('9000')
  }
  await card.send('00a4000c026fda')
  return card
}

const full = (text: string) => text.padEnd(510, 'f')
const start = async (card: TestCard, command: string) => (await card.send(command)).slice(0, 6)

describe('READ RECORD', () => {
  test('EF_DIR lists the applications; Le has to be the record', async () => {
    const card = await createTestCard()
    await card.send(DIR)
    expect(await card.send('00b2010400')).toBe('6c1a')
    expect(await card.send('00b201041a')).toBe(
      '61184f10a0000000871002ff49ff0589ffffffff50045553494d9000',
    )
    expect(await card.send('00b203041a')).toMatch(/^61184f10a0000003431002.*9000$/)
    expect(await card.send('00b204041a')).toBe('6a83')
    expect(await card.send('00b2010401')).toBe('6c1a')
  })

  test('next and previous move the pointer, absolute numbers do not', async () => {
    const card = await withRecords()
    expect(await start(card, '00b20002ff')).toBe('aa01bb')
    expect(await start(card, '00b20002ff')).toBe('aa02bb')
    expect(await start(card, '00b20504ff')).toBe('cc05bb')
    expect(await start(card, '00b20004ff')).toBe('aa02bb')
    expect(await start(card, '00b20002ff')).toBe('cc03aa')
    expect(await start(card, '00b20003ff')).toBe('aa02bb')
    expect(await start(card, '00b20003ff')).toBe('aa01bb')
    expect(await card.send('00b20003ff')).toBe('6a83')
  })

  test('without a pointer next is the first, previous the last, and there is no current one', async () => {
    const card = await withRecords()
    expect(await card.send('00b20004ff')).toBe('6a83')
    expect(await start(card, '00b20003ff')).toBe('cc05bb')
    expect(await card.send('00b20002ff')).toBe('6a83')
  })

  test('by short file identifier; selecting the file again takes the pointer away', async () => {
    const card = await createTestCard()
    await card.send(SELECT_ISIM)
    expect(await card.send('00b2012417')).toMatch(/^8015.*9000$/)
    expect(await card.send('00b2000217')).toMatch(/^8015.*9000$/)
    expect(await card.send('00b2000217')).toMatch(/^8009.*9000$/)
    await card.send('00a4000c026f04')
    expect(await card.send('00b2000217')).toMatch(/^8015.*9000$/)
  })

  test.each([
    ['mode 0', '00b20100ff', '6a86'],
    ['mode 5', '00b20105ff', '6a86'],
    ['SFI 31', '00b201fcff', '6a86'],
    ['unknown SFI', '00b201ecff', '6a82'],
    ['P1 with next', '00b20102ff', '6a86'],
    ['no Le', '00b20104', '6700'],
    ['data', '00b201040100', '6700'],
    ['record 6', '00b20604ff', '6a83'],
  ])('%s', async (_name, command, sw) => {
    expect(await (await withRecords()).send(command)).toBe(sw)
  })

  test('no EF, and a transparent one', async () => {
    const card = await createTestCard()
    expect(await card.send('00b20104ff')).toBe('6986')
    await card.send('00a4000c022fe2')
    expect(await card.send('00b20104ff')).toBe('6981')
    expect(await card.send('00dc01040100')).toBe('6981')
    expect(await card.send('00a201040100')).toBe('6981')
  })
})

describe('UPDATE RECORD', () => {
  test('absolute, next and previous', async () => {
    const card = await withRecords()
    expect(await card.send(`00dc0002ff${full('01')}`)).toBe('9000')
    expect(await card.send(`00dc0002ff${full('02')}`)).toBe('9000')
    expect(await card.send(`00dc0003ff${full('03')}`)).toBe('9000')
    expect(await card.send(`00dc0504ff${full('04')}`)).toBe('9000')
    expect(await start(card, '00b20104ff')).toBe('03ffff')
    expect(await start(card, '00b20204ff')).toBe('02ffff')
    expect(await start(card, '00b20504ff')).toBe('04ffff')
  })

  test('another length is refused, and so is a terminal without ADM1', async () => {
    const card = await withRecords()
    const { saves } = card.state
    expect(await card.send('00dc01040100')).toBe('6700')
    expect(await card.send('00dc0104')).toBe('6700')
    await card.reader.reset()
    await card.send(SELECT_USIM)
    await card.send('00a4000c026fda')
    expect(await card.send(`00dc0104ff${'00'.repeat(255)}`)).toBe('6982')
    expect(card.state.saves).toBe(saves)
  })
})

describe('SEARCH RECORD', () => {
  test.each([
    ['forward from 1', '00a2010401aa', '01020304'],
    ['forward from 2', '00a2020402aa02', '02'],
    ['backward from 4', '00a2040501aa', '04030201'],
    ['enhanced forward from 1, offset 2', '00a20106030402aa', '03'],
    ['enhanced backward from 5, offset 1', '00a20506030501bb', '05040201'],
    ['enhanced, after the first 03', '00a20106030c03aa', '03'],
    ['enhanced, after the first aa', '00a20106030caabb', '010204'],
    ['enhanced forward from next', '00a20006030600cc', '0305'],
  ])('%s', async (_name, command, records) => {
    const card = await withRecords()
    expect(await card.fetch(command)).toBe(`${records}9000`)
    expect(await start(card, '00b20004ff')).toMatch(new RegExp(`..${records.slice(0, 2)}..`))
  })

  test('from the current record, and before it', async () => {
    const card = await withRecords()
    expect(await card.send('00a2000401aa')).toBe('6a83')
    await card.send('00b20003ff')
    expect(await card.fetch('00a2000501bb')).toBe('050402019000')
    expect(await card.fetch('00a20006030700aa')).toBe('040302019000')
  })

  test.each([
    ['nothing found', '00a2010401ee', '6282'],
    ['no string', '00a20104', '6700'],
    ['record 6', '00a2060401aa', '6a83'],
    ['mode 3', '00a2010301aa', '6a86'],
    ['mode 7', '00a2010701aa', '6a86'],
    ['P1 FF', '00a2ff0401aa', '6a86'],
    ['enhanced without string', '00a20106020400', '6700'],
    ['enhanced, unknown indication', '00a20106031400aa', '6a80'],
    ['enhanced, RFU mode', '00a20106030200aa', '6a80'],
  ])('%s: the pointer stays', async (_name, command, sw) => {
    const card = await withRecords()
    await card.send('00b20002ff')
    expect(await card.send(command)).toBe(sw)
    expect(await start(card, '00b20004ff')).toBe('aa01bb')
  })

  test('needs the right to read', async () => {
    const card = await createTestCard({
      pins: {
        pin: { value: '1234', puk: '12345678', enabled: true },
        pin2: { value: '5678', puk: '87654321' },
        adm1: '4141414141414141',
      },
    })
    await card.send(SELECT_USIM)
    await card.send('00a4000c026fda')
    expect(await card.send('00a2010401aa')).toBe('6982')
    expect(await card.send('00b20104ff')).toBe('6982')
  })
})
