import { describe, expect, test } from 'vitest'
import type { ApplicationName } from '../apdu/aid.ts'
import { encodeEfImsi } from '../apdu/ef-imsi.ts'
import { InvalidMessage, Unsupported } from '../errors/errors.ts'
import { parseImsi } from '../identity/imsi.ts'
import { toHex } from '../octets/octets.ts'
import { noTrace } from '../trace/trace.ts'
import { createTestCard, SELECT_CSIM, SELECT_ISIM, SELECT_USIM } from '../uicc/uicc.fixture.ts'
import { createScriptedReader } from './uicc-terminal.fixture.ts'
import { createCommandSender } from './uicc-terminal-commands.ts'
import { bsfNameOfDomain, readIdentity } from './uicc-terminal-identity.ts'

const SELECT = { USIM: SELECT_USIM, ISIM: SELECT_ISIM, CSIM: SELECT_CSIM }
const NAMES = { terminal: 'PN GW', trace: noTrace, clock: undefined }
const IMPI = '001010123456789@ims.mnc001.mcc001.3gppnetwork.org'
const BSF = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'

const fcp = (size: number) => `6208820241218002000${size}`

async function identityOf(name: ApplicationName, changes: Record<string, unknown> = {}) {
  const card = await createTestCard(changes)
  await card.send(SELECT[name])
  return readIdentity(createCommandSender(card.reader, NAMES), name)
}

describe('IMPI and BSF name', () => {
  test('of a USIM: from the IMSI, with the length of its MNC', async () => {
    expect(await identityOf('USIM')).toEqual({ impi: IMPI, bsfName: BSF, supportsGbaU: true })
    const usim = { application: 'USIM', imsi: '26201123456789', mncLength: 2, gba: false }
    expect(await identityOf('USIM', { applications: [usim] })).toEqual({
      impi: '26201123456789@ims.mnc001.mcc262.3gppnetwork.org',
      bsfName: 'bsf.mnc001.mcc262.pub.3gppnetwork.org',
      supportsGbaU: false,
    })
  })

  test('of an ISIM: from EF_IMPI and EF_DOMAIN', async () => {
    expect(await identityOf('ISIM')).toEqual({ impi: IMPI, bsfName: BSF, supportsGbaU: true })
    const isim = {
      application: 'ISIM',
      impi: 'alice@home.example',
      impus: ['sip:alice@home.example'],
      domain: 'home.example',
      gba: false,
    }
    expect(await identityOf('ISIM', { applications: [isim] })).toEqual({
      impi: 'alice@home.example',
      bsfName: 'bsf.home.example',
      supportsGbaU: false,
    })
  })

  test('of a CSIM: from IMSI_M, or its own EF_IMPI and EF_DOMAIN', async () => {
    expect(await identityOf('CSIM')).toEqual({
      impi: IMPI,
      bsfName: BSF,
      supportsGbaU: true,
    })
    const csim = { application: 'CSIM', imsi: '310121234567890', mncLength: 2, gba: false }
    const named = { ...csim, impi: 'bob@carrier.example', domain: 'carrier.example' }
    expect(await identityOf('CSIM', { applications: [named] })).toEqual({
      impi: 'bob@carrier.example',
      bsfName: 'bsf.carrier.example',
      supportsGbaU: false,
    })
  })

  test('of a domain', () => {
    expect(bsfNameOfDomain('IMS.mnc012.mcc345.3gppnetwork.org')).toBe(
      'bsf.mnc012.mcc345.pub.3gppnetwork.org',
    )
    expect(bsfNameOfDomain('example.org')).toBe('bsf.example.org')
    expect(() => bsfNameOfDomain('not a domain')).toThrow(InvalidMessage)
  })
})

describe('cards with less', () => {
  const imsi = toHex(encodeEfImsi(parseImsi('262011234567890')))

  test('an old USIM without EF_UST and MNC length: two digits, no GBA', async () => {
    const reader = createScriptedReader({
      '00a40004026f38': '6a82',
      '00a40004026f07': `${fcp(9)}9000`,
      '00b0000009': `${imsi}9000`,
      '00a40004026fad': `${fcp(3)}9000`,
      '00b0000003': '0000009000',
    })
    expect(await readIdentity(createCommandSender(reader, NAMES), 'USIM')).toEqual({
      impi: '262011234567890@ims.mnc001.mcc262.3gppnetwork.org',
      bsfName: 'bsf.mnc001.mcc262.pub.3gppnetwork.org',
      supportsGbaU: false,
    })
  })

  test.each([
    ['without EF_AD', { '00a40004026fad': '6a82' }],
    ['with a short EF_AD', { '00a40004026fad': `${fcp(3)}9000`, '00b0000003': '0000009000' }],
    [
      'with octet 4 of EF_AD at FF',
      { '00a40004026fad': `${fcp(4)}9000`, '00b0000004': '000000ff9000' },
    ],
  ])('a USIM %s: an MNC as long as is usual in its country', async (_name, ad) => {
    const mexican = toHex(encodeEfImsi(parseImsi('334020123456789')))
    const reader = createScriptedReader({
      '00a40004026f38': '6a82',
      '00a40004026f07': `${fcp(9)}9000`,
      '00b0000009': `${mexican}9000`,
      ...ad,
    })
    const { bsfName } = await readIdentity(createCommandSender(reader, NAMES), 'USIM')
    expect(bsfName).toBe('bsf.mnc020.mcc334.pub.3gppnetwork.org')
  })

  test.each([
    ['FF', 'ffffffffffffffff'],
    ['zeros', '0000000000000000'],
    ['an empty object', '8000ffffffffffff'],
  ])('an ISIM whose EF_DOMAIN holds %s: the domain of its IMPI', async (_name, domain) => {
    const reader = createScriptedReader({
      '00a4': '6a82',
      '00a40004026f02': `${fcp(8)}9000`,
      '00a40004026f03': `${fcp(8)}9000`,
      '00b0000008': ['8006614062632e649000', `${domain}9000`],
    })
    const { bsfName } = await readIdentity(createCommandSender(reader, NAMES), 'ISIM')
    expect(bsfName).toBe('bsf.bc.d')
  })

  test('an ISIM whose EF_DOMAIN holds a SIP URI', async () => {
    const reader = createScriptedReader({
      '00a4': '6a82',
      '00a40004026f02': `${fcp(8)}9000`,
      '00a40004026f03': `${fcp(9)}9000`,
      '00b0000008': '8006614062632e649000',
      '00b0000009': '80077369703a652e669000',
    })
    const { bsfName } = await readIdentity(createCommandSender(reader, NAMES), 'ISIM')
    expect(bsfName).toBe('bsf.e.f')
  })

  test('an ISIM without EF_DOMAIN: the domain of its IMPI', async () => {
    const reader = createScriptedReader({
      '00a4': '6a82',
      '00a40004026f02': `${fcp(8)}9000`,
      '00b0000008': '8006614062632e649000',
    })
    expect(await readIdentity(createCommandSender(reader, NAMES), 'ISIM')).toEqual({
      impi: 'a@bc.d',
      bsfName: 'bsf.bc.d',
      supportsGbaU: false,
    })
  })

  test('a card without the file that counts is not supported', async () => {
    const sender = createCommandSender(createScriptedReader({ '00a4': '6a82' }), NAMES)
    await expect(readIdentity(sender, 'USIM')).rejects.toThrow(
      new Unsupported('the card has no EF_IMSI'),
    )
    await expect(readIdentity(sender, 'ISIM')).rejects.toThrow('the card has no EF_IMPI')
    await expect(readIdentity(sender, 'CSIM')).rejects.toThrow('the card has no EF_IMSI_M')
  })
})
