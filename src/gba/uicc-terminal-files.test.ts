import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { noTrace } from '../trace/trace.ts'
import { createTestCard, SELECT_USIM } from '../uicc/uicc.fixture.ts'
import { createScriptedReader } from './uicc-terminal.fixture.ts'
import { CardRefused, createCommandSender } from './uicc-terminal-commands.ts'
import {
  readRecords,
  readTransparent,
  selectApplication,
  selectFile,
  updateBinary,
} from './uicc-terminal-files.ts'

const EF = { name: 'EF_X', fileId: 0x6f07 }
const NAMES = { terminal: 'PN GW', trace: noTrace, clock: undefined }
const scripted = (script: Parameters<typeof createScriptedReader>[0]) => {
  const reader = createScriptedReader(script)
  return { reader, sender: createCommandSender(reader, NAMES) }
}
const fcpOf = (size: string) => `620c8202412183026f0780${size}`

async function ours() {
  const card = await createTestCard()
  await card.send(SELECT_USIM)
  return { card, sender: createCommandSender(card.reader, NAMES) }
}

describe('our own card', () => {
  test('transparent files of any size, and records', async () => {
    const { sender } = await ours()
    expect(toHex((await readTransparent(sender, EF)) as Uint8Array)).toBe('080910101032547698')
    const gbabp = await readTransparent(sender, { name: 'EF_GBABP', fileId: 0x6fd6 })
    expect(gbabp).toHaveLength(255)
    expect(await readRecords(sender, { name: 'EF_GBANL', fileId: 0x6fda })).toHaveLength(5)
    expect(await readTransparent(sender, { name: 'EF_NONE', fileId: 0x6fff })).toBeUndefined()
    expect(await readRecords(sender, { name: 'EF_NONE', fileId: 0x6fff })).toBeUndefined()
  })

  test('writing needs a selected file and the right to write', async () => {
    const { sender } = await ours()
    await selectFile(sender, { name: 'EF_LOCI', fileId: 0x6f7e })
    await updateBinary(sender, { name: 'EF_LOCI', offset: 10, data: fromHex('07') })
    const loci = await readTransparent(sender, { name: 'EF_LOCI', fileId: 0x6f7e })
    expect(loci?.at(-1)).toBe(7)
    await selectFile(sender, EF)
    await expect(
      updateBinary(sender, { name: 'EF_IMSI', offset: 0, data: fromHex('00') }),
    ).rejects.toThrow('the card refused UPDATE BINARY EF_IMSI: 6982')
  })

  test('applications by AID', async () => {
    const { sender } = await ours()
    const aid = fromHex('a0000000871004')
    expect(await selectApplication(sender, { name: 'ISIM', aid })).toBe(true)
    const none = fromHex('a0000000871009')
    expect(await selectApplication(sender, { name: 'X', aid: none })).toBe(false)
    await expect(selectApplication(sender, { name: 'X', aid: new Uint8Array(17) })).rejects.toThrow(
      '6700',
    )
  })
})

describe('cards of other makers', () => {
  test('a file over 255 octets is read in pieces', async () => {
    const { reader, sender } = scripted({
      '00a4': `${fcpOf('020200')}9000`,
      '00b00000ff': `${'11'.repeat(255)}9000`,
      '00b000ffff': `${'22'.repeat(255)}9000`,
      '00b001fe02': '33339000',
    })
    const contents = await readTransparent(sender, EF)
    expect(contents).toHaveLength(0x200)
    expect(reader.sent.slice(1)).toEqual(['00b00000ff', '00b000ffff', '00b001fe02'])
  })

  test('an FCP template without size, unknown objects in it, and 6Cxx', async () => {
    const { sender } = scripted({
      '00a4': '620982024121c003aabbcc9000',
      '00b0000000': '6c03',
      '00b0000003': '0102039000',
    })
    expect(toHex((await readTransparent(sender, EF)) as Uint8Array)).toBe('010203')
  })

  test('62 82 with what is there ends a file, whether its size is known or not', async () => {
    const unknown = scripted({ '00a4': '6204820241219000', '00b0000000': '0102036282' })
    expect(await readTransparent(unknown.sender, EF)).toEqual(fromHex('010203'))
    const known = scripted({ '00a4': `${fcpOf('020009')}9000`, '00b0': '01026282' })
    expect(await readTransparent(known.sender, EF)).toEqual(fromHex('0102'))
    expect(known.reader.sent).toHaveLength(2)
  })

  test('what does not fit one command is written in pieces', async () => {
    const { reader, sender } = scripted({ '00d6': ['9000', '6581'] })
    const data = new Uint8Array(256).fill(0xaa)
    await expect(updateBinary(sender, { name: 'EF_X', offset: 3, data })).rejects.toThrow('6581')
    expect(reader.sent).toEqual([`00d60003ff${'aa'.repeat(255)}`, '00d6010201aa'])
  })

  test('a card that gives fewer octets than it said does not loop', async () => {
    const { sender } = scripted({ '00a4': `${fcpOf('020009')}9000`, '00b0': ['01029000', '9000'] })
    expect(await readTransparent(sender, EF)).toEqual(fromHex('0102'))
  })

  test('records without count are read until one is refused', async () => {
    const { sender } = scripted({
      '00a4': '620782054221000202 9000'.replace(' ', ''),
      '00b20104': 'aaaa9000',
      '00b20204': '6a83',
    })
    expect(await readRecords(sender, EF)).toEqual([fromHex('aaaa')])
  })

  test('another refusal is an error that names it', async () => {
    const closed = scripted({ '00a4': `${fcpOf('020009')}9000`, '00b0': '6982' })
    await expect(readTransparent(closed.sender, EF)).rejects.toThrow(CardRefused)
    const broken = scripted({ '00a4': '6f00' })
    await expect(selectFile(broken.sender, EF)).rejects.toThrow(
      'the card refused SELECT EF_X: 6f00 (technical problem, no precise diagnosis)',
    )
  })
})
