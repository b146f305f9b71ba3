import { describe, expect, test } from 'vitest'
import { Unsupported } from '../errors/errors.ts'
import { noTrace } from '../trace/trace.ts'
import { createTestCard } from '../uicc/uicc.fixture.ts'
import { createScriptedReader } from './uicc-terminal.fixture.ts'
import { selectWanted } from './uicc-terminal-application.ts'
import { createCommandSender } from './uicc-terminal-commands.ts'

const NAMES = { terminal: 'PN GW', trace: noTrace, clock: undefined }
const CSIM = { application: 'CSIM', imsi: '310121234567890', mncLength: 2 }
const ISIM = { application: 'ISIM', impi: 'a@b.example', impus: ['sip:a'], domain: 'b.example' }
const USIM = { application: 'USIM', imsi: '310121234567890', mncLength: 2 }

async function pick(applications: object[], wanted: Parameters<typeof selectWanted>[1]) {
  const card = await createTestCard({ applications })
  return selectWanted(createCommandSender(card.reader, NAMES), wanted)
}

async function wanted(script: Parameters<typeof createScriptedReader>[0]) {
  const reader = createScriptedReader({ '00a40004023f00': '6204820278219000', ...script })
  const name = await selectWanted(createCommandSender(reader, NAMES), 'auto')
  return { name, sent: reader.sent }
}

describe('by EF_DIR', () => {
  test('auto takes USIM, ISIM, CSIM in this order, wherever they stand', async () => {
    expect(await pick([CSIM, ISIM, USIM], 'auto')).toBe('USIM')
    expect(await pick([CSIM, ISIM], 'auto')).toBe('ISIM')
    expect(await pick([CSIM], 'auto')).toBe('CSIM')
  })

  test('a named one is taken, or missing', async () => {
    expect(await pick([CSIM, ISIM, USIM], 'CSIM')).toBe('CSIM')
    await expect(pick([USIM], 'ISIM')).rejects.toThrow(new Unsupported('the card has no ISIM'))
  })
})

describe('cards of other makers', () => {
  test('without EF_DIR the start of the AID is tried', async () => {
    const { name, sent } = await wanted({
      '00a40004022f00': '6a82',
      '00a40404': '6a82',
      '00a4040407a0000000871004': '6204820278219000',
    })
    expect(name).toBe('ISIM')
    expect(sent.at(-2)).toBe('00a4040407a000000087100200')
  })

  test('the whole AID of EF_DIR is used, of two the first; others are skipped', async () => {
    const { name, sent } = await wanted({
      '00a40004022f00': '6207820542210010059000',
      '00b20104': `61204f${'00'.repeat(13)}9000`,
      '00b20204': `61074f05a000000003${'ff'.repeat(7)}9000`,
      '00b20304': `${'ff'.repeat(16)}9000`,
      '00b20404': `610d4f0ba0000000871002aabbccddff9000`,
      '00b20504': `610d4f0ba000000087100211223344ff9000`,
      '00a404040ba0000000871002aabbccdd': '6204820278219000',
    })
    expect([name, sent.at(-1)]).toEqual(['USIM', '00a404040ba0000000871002aabbccdd00'])
  })

  test.each([
    ['refuses the MF', { '00a40004023f00': '6a86' }],
    ['gives no FCP template of the MF', { '00a40004023f00': '9000' }],
    ['refuses EF_DIR', { '00a40004022f00': '6982' }],
    ['gives no FCP template of EF_DIR', { '00a40004022f00': '9000' }],
  ])('one that %s is tried with the start of the AID', async (_name, script) => {
    const usim = { '00a4040407a0000000871002': '6204820278219000' }
    expect((await wanted({ ...script, ...usim })).name).toBe('USIM')
  })

  test('one that lists an AID with padding is tried with its start', async () => {
    const { name } = await wanted({
      '00a40004022f00': '6207820542210012019000',
      '00b20104': `61124f10a0000000871002${'ff'.repeat(9)}9000`,
      '00a40404': '6a82',
      '00a4040407a0000000871002': '6204820278219000',
    })
    expect(name).toBe('USIM')
  })

  test('one that has another word for an application that it does not have', async () => {
    const { name } = await wanted({
      '00a40004022f00': '6207820542210012019000',
      '00b20104': `610d4f0ba0000000871004aabbccdd${'ff'.repeat(3)}9000`,
      '00a40404': '6a81',
      '00a404040ba0000000871004aabbccdd': '6204820278219000',
    })
    expect(name).toBe('ISIM')
  })

  test('a card without any of them', async () => {
    await expect(wanted({ '00a4': '6a82' })).rejects.toThrow('the card has no USIM, ISIM or CSIM')
  })

  test('a card that refuses for another reason says so', async () => {
    await expect(wanted({ '00a4': '6a82', '00a40404': '6982' })).rejects.toThrow(
      'the card refused SELECT USIM: 6982 (security status not satisfied)',
    )
  })
})
