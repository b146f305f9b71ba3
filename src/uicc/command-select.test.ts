import { describe, expect, test } from 'vitest'
import { createTestCard, SELECT_CSIM, SELECT_ISIM, SELECT_USIM } from './uicc.fixture.ts'

const USIM_AID = 'a0000000871002ff49ff0589ffffffff'
const ISIM_AID = 'a0000000871004ff49ff0589ffffffff'
const CSIM_AID = 'a0000003431002ff49ff0589ffffffff'
const MF_FCP = '62208202782183023f00a5038001718a01058b032f0602c609900140830101830181'

/** Name of the active application, by STATUS. */
async function active(card: { send(hex: string): Promise<string> }): Promise<string> {
  return card.send('80f2000112')
}

describe('SELECT by file identifier', () => {
  test('MF, with and without FCP template', async () => {
    const card = await createTestCard()
    expect(await card.send('00a40004023f00')).toBe('6122')
    expect(await card.send('00c0000022')).toBe(`${MF_FCP}9000`)
    expect(await card.send('00a4000c023f00')).toBe('9000')
    expect(await card.send('00a4000c')).toBe('9000')
    expect(await card.send('00a4000c00')).toBe('9000')
  })

  test('an EF of the MF, and its FCP template', async () => {
    const card = await createTestCard()
    expect(await card.fetch('00a40004022fe2')).toBe(
      '62178202412183022fe28a01058b032f06028002000a8801109000',
    )
    expect(await card.fetch('00a40004022f00')).toMatch(/^621a82054221001a0383022f00.*8801f09000$/)
  })

  test('from MF: DF_GSM and its EF_IMSI; siblings and parent from there', async () => {
    const card = await createTestCard()
    expect(await card.send('00a4000c026f07')).toBe('6a82')
    expect(await card.send('00a4000c027f20')).toBe('9000')
    expect(await card.send('00a4000c026f07')).toBe('9000')
    expect(await card.send('00b0000009')).toBe('0809101010325476989000')
    expect(await card.send('00a4000c027f20')).toBe('9000')
    expect(await card.send('00a4000c022fe2')).toBe('6a82')
    expect(await card.send('00a40304')).toBe('6122')
    expect(await card.send('00a4000c022fe2')).toBe('9000')
  })

  test('P1 01: a child DF only', async () => {
    const card = await createTestCard()
    expect(await card.send('00a4010c022fe2')).toBe('6a82')
    expect(await card.send('00a4010c027f20')).toBe('9000')
    expect(await card.send('00a4010c027f20')).toBe('6a82')
  })

  test('P1 03: the parent, of which the MF has none', async () => {
    const card = await createTestCard()
    expect(await card.send('00a4030c')).toBe('6a82')
    await card.send('00a4000c027f20')
    expect(await card.send('00a4030c00')).toBe('9000')
    expect(await card.fetch('80f2000c')).toBe('9000')
    expect(await card.send('80f2000022')).toBe(`${MF_FCP}9000`)
  })

  test('7FFF is the ADF of the active application, also after the MF was selected', async () => {
    const card = await createTestCard()
    expect(await card.send('00a4000c027fff')).toBe('6a82')
    await card.send(SELECT_USIM)
    await card.send('00a4000c023f00')
    expect(await card.send('00a4000c027fff')).toBe('9000')
    expect(await card.send('00a4000c026f07')).toBe('9000')
  })
})

describe('SELECT by path', () => {
  test('from the MF, through a DF and through 7FFF', async () => {
    const card = await createTestCard()
    expect(await card.send('00a4080c022fe2')).toBe('9000')
    expect(await card.send('00a4080c047f206f07')).toBe('9000')
    expect(await card.send('00a4080c047fff6f07')).toBe('6a82')
    await card.send(SELECT_USIM)
    await card.send('00a4000c023f00')
    expect(await card.send('00a4080c047fff6f07')).toBe('9000')
    expect(await card.send('00b0000009')).toBe('0809101010325476989000')
    expect(await card.send('00a4000c026fad')).toBe('9000')
  })

  test('from the current directory', async () => {
    const card = await createTestCard()
    expect(await card.send('00a4090c047f206f07')).toBe('9000')
    expect(await card.send('00a4090c026fad')).toBe('9000')
    expect(await card.send('00a4090c047fff6fad')).toBe('6a82')
  })

  test.each([
    ['through an EF', '00a4080c042fe22f00'],
    ['to nothing', '00a4080c047f206fff'],
    ['that starts with the MF', '00a4080c043f002fe2'],
  ])('%s: 6A 82', async (_name, command) => {
    expect(await (await createTestCard()).send(command)).toBe('6a82')
  })
})

describe('SELECT by AID', () => {
  test('whole and partial', async () => {
    const card = await createTestCard()
    expect(await active(card)).toBe('6a88')
    expect(await card.send(`00a4040c10${USIM_AID}`)).toBe('9000')
    expect(await active(card)).toBe(`8410${USIM_AID}9000`)
    expect(await card.send(SELECT_ISIM)).toBe('9000')
    expect(await active(card)).toBe(`8410${ISIM_AID}9000`)
    expect(await card.send(SELECT_CSIM)).toBe('9000')
    expect(await active(card)).toBe(`8410${CSIM_AID}9000`)
  })

  test('first, last, next and previous occurrence', async () => {
    const card = await createTestCard()
    const byRid = (p2: string) => card.send(`00a404${p2}06a00000008710`)
    expect(await byRid('0c')).toBe('9000')
    expect(await active(card)).toContain(USIM_AID)
    expect(await byRid('0e')).toBe('9000')
    expect(await active(card)).toContain(ISIM_AID)
    expect(await byRid('0e')).toBe('6a82')
    expect(await byRid('0f')).toBe('9000')
    expect(await active(card)).toContain(USIM_AID)
    expect(await byRid('0f')).toBe('6a82')
    expect(await byRid('0d')).toBe('9000')
    expect(await active(card)).toContain(ISIM_AID)
  })

  test('FCP template of an ADF: AID instead of file identifier', async () => {
    const card = await createTestCard()
    const fcp = await card.fetch('00a4040407a0000000871002')
    expect(fcp).toContain(`8410${USIM_AID}`)
    expect(fcp).not.toContain('83027fff')
    expect(fcp).toContain('8b036f0602')
    expect(fcp).toMatch(/9000$/)
  })

  test.each([
    ['another AID', '00a4040c07a0000000871005', '6a82'],
    ['AID longer than any', `00a4040c11${USIM_AID}00`, '6700'],
    ['RID cut short', '00a4040c04a0000000', '6a82'],
    ['no AID', '00a4040c', '6700'],
    ['an AID that goes on differently', '00a4040c08a000000087100200', '6a82'],
  ])('%s', async (_name, command, sw) => {
    const card = await createTestCard()
    await card.send(SELECT_ISIM)
    expect(await card.send(command)).toBe(sw)
    expect(await active(card)).toContain(ISIM_AID)
  })
})

describe('wrong input', () => {
  test.each([
    ['P1 02', '00a4020c023f00', '6a86'],
    ['P2 00', '00a40000023f00', '6a86'],
    ['P2 05 without AID', '00a40005023f00', '6a86'],
    ['P2 44: termination', '00a4044407a0000000871002', '6a86'],
    ['one octet of file identifier', '00a4000c013f', '6700'],
    ['three octets', '00a4000c033f002f', '6700'],
    ['two file identifiers', '00a4000c043f002fe2', '6700'],
    ['no file identifier, FCP wanted', '00a40004', '6700'],
    ['no path', '00a4080c', '6700'],
    ['an odd path', '00a4080c032fe200', '6700'],
    ['P1 01 without data', '00a4010c', '6700'],
    ['P1 03 with data', '00a4030c023f00', '6700'],
    ['unknown file', '00a4000c02ffff', '6a82'],
  ])('%s: what was selected stays', async (_name, command, sw) => {
    const card = await createTestCard()
    await card.send('00a4000c022fe2')
    expect(await card.send(command)).toBe(sw)
    expect(await card.send('00b000000a')).toBe('988812010000000010f19000')
  })
})

describe('STATUS', () => {
  test.each([
    ['P1 00, nothing wanted', '80f2000c', '9000'],
    ['P1 01, application initialised', '80f2010c', '9000'],
    ['P1 02, application ends', '80f2020c00', '9000'],
    ['P1 03', '80f2030c', '6a86'],
    ['P2 02', '80f2000222', '6a86'],
    ['Le too large', '80f20000ff', '6c22'],
    ['Le too small', '80f2000001', '6c22'],
    ['no Le', '80f20000', '6c22'],
    ['with data', '80f200000100', '6700'],
    ['interindustry class', '00f2000022', '6e00'],
  ])('%s', async (_name, command, sw) => {
    expect(await (await createTestCard()).send(command)).toBe(sw)
  })

  test('the directory, not the EF, is shown', async () => {
    const card = await createTestCard()
    await card.send('00a4000c022fe2')
    expect(await card.send('80f2000022')).toBe(`${MF_FCP}9000`)
  })
})
