import { describe, expect, test } from 'vitest'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { encodeNafId, parseUaId } from '../identity/naf-id.ts'
import { toHex, utf8 } from '../octets/octets.ts'
import {
  challengesFor,
  createTestCard,
  nafDerivation,
  otherChallenge,
  otherFunctions,
  SELECT_CSIM,
  SELECT_ISIM,
  SELECT_USIM,
} from './uicc.fixture.ts'

const OK = '9000'
const res = toHex(WORKED.res.reveal())
const ck = toHex(WORKED.ck.reveal())
const ik = toHex(WORKED.ik.reveal())
const worked = challengesFor(WORKED.sqn)
const nafId = (uaId: string) => encodeNafId({ nafFqdn: WORKED.nafFqdn, uaId: parseUaId(uaId) })
const impi = utf8(WORKED.impi)
const USIM_ONLY = { application: 'USIM', imsi: '001010123456789', mncLength: 3 }

async function usim(changes: Record<string, unknown> = {}) {
  const card = await createTestCard(changes)
  await card.send(SELECT_USIM)
  return card
}

describe('GBA facts 14, through the APDU interface', () => {
  test('bootstrapping mode: DD RAND AUTN* gives RES with its last bit flipped', async () => {
    const card = await usim()
    const command = `0088008423dd10${toHex(WORKED.rand)}10${toHex(WORKED.autnStar)}`
    expect(command).toBe(worked.gba)
    expect(await card.send(command)).toBe('610a')
    expect(await card.send('00c000000a')).toBe(`db08${toHex(WORKED.resGbaU.reveal())}9000`)
  })

  test.each([
    ['0100000002', 'dd0f7f3e34c3f508794fa1622f42c2e345075d69231f9d5188a48a6eee81d70f'],
    ['01000100a8', '85500e0d31346505f58fc8b7042fa2f4aec0ba5c9c96dbde66b32753e5e31968'],
    ['0100000007', 'f09cc09fff4c3ae2fd88db75037f702c09cf7204c4f9e2ce9b1cf051588cc75b'],
    ['ff43504e53', 'f568a61c01d3a657e4a7affa881428d8edf3b085fbd69cbf14e74dc4c24ed10e'],
  ])('NAF derivation mode, Ua id %s', async (uaId, ksExtNaf) => {
    const card = await usim()
    await card.send(worked.gba)
    expect(await card.fetch(nafDerivation(nafId(uaId), impi))).toBe(`db20${ksExtNaf}9000`)
  })

  test('3G context: RES, CK and IK', async () => {
    const card = await usim()
    expect(await card.fetch(worked.umts)).toBe(`db08${res}10${ck}10${ik}9000`)
  })

  test.each(['umts', 'gba'] as const)('AUTS for SQN_MS 400 in %s context', async (context) => {
    const card = await usim()
    await card.send(challengesFor(0x400n, new Uint8Array(16)).umts)
    expect(await card.fetch(worked[context])).toBe(`dc0e${toHex(WORKED.auts)}9000`)
  })

  test('GSM context, and Kc in 3G context with service 27', async () => {
    const card = await usim({ applications: [{ ...USIM_ONLY, gsm: true }] })
    expect(await card.fetch(`008800801110${toHex(WORKED.rand)}`)).toBe(
      '0446f8416a08eae4be823af9a08b9000',
    )
    expect(await card.fetch(worked.umts)).toBe(`db08${res}10${ck}10${ik}08eae4be823af9a08b9000`)
  })
})

describe('what the network has to prove', () => {
  test('an ordinary AUTN fails in GBA context, AUTN* fails in 3G context, and neither uses its SQN', async () => {
    const card = await usim()
    expect(await card.send(worked.gbaWithOrdinaryAutn)).toBe('9862')
    expect(await card.send(worked.umtsWithAutnStar)).toBe('9862')
    expect(card.state.saves).toBe(0)
    expect(await card.send(worked.gba)).toBe('610a')
  })

  test('a wrong MAC with an SQN out of range is 98 62, not AUTS', async () => {
    const card = await usim()
    await card.send(challengesFor(0x400n).umts)
    const wrongMac = `${worked.umts.slice(0, -2)}00`
    expect(await card.send(wrongMac)).toBe('9862')
  })

  test('an SQN is accepted once, whatever the context', async () => {
    const card = await usim()
    expect(await card.send(worked.gba)).toBe('610a')
    expect(await card.send(worked.gba)).toBe('6110')
    expect(await card.send(worked.umts)).toBe('6110')
    expect(await card.send(challengesFor(WORKED.sqn + 32n).umts)).toBe('612c')
  })

  test('another IND has a slot of its own', async () => {
    const card = await usim()
    expect(await card.send(challengesFor(0x400n).umts)).toBe('612c')
    expect(await card.send(challengesFor(0x41n).umts)).toBe('612c')
  })

  test('USIM and ISIM share K, so they share the SQN; both do GBA on their own', async () => {
    const card = await usim()
    expect(await card.send(worked.gba)).toBe('610a')
    await card.send(SELECT_ISIM)
    expect(await card.send(worked.gba)).toBe('6110')
    expect(await card.send(nafDerivation(nafId('0100000002'), impi))).toBe('6985')
    expect(await card.send(challengesFor(0xc0n).gba)).toBe('610a')
    expect(await card.send(nafDerivation(nafId('0100000002'), impi))).toBe('6122')
  })

  test('a sync failure changes nothing', async () => {
    const card = await usim()
    await card.send(worked.gba)
    const { saves } = card.state
    await card.send(worked.gba)
    expect(card.state.saves).toBe(saves)
  })
})

describe('conditions', () => {
  test('no application is active: 69 85', async () => {
    const card = await createTestCard()
    expect(await card.send(worked.umts)).toBe('6985')
  })

  test('the current directory is not the ADF of the application: 69 85, until it is again', async () => {
    const card = await usim()
    for (const elsewhere of ['00a4000c023f00', '00a4080c022fe2', '00a4080c047f206f07']) {
      expect(await card.send(elsewhere)).toBe(OK)
      expect(await card.send(worked.gba), elsewhere).toBe('6985')
      expect(await card.send(worked.umts), elsewhere).toBe('6985')
      expect(await card.send('803a00000161'), elsewhere).toBe('6985')
    }
    expect(card.state.saves).toBe(0)
    expect(await card.send('00a4000c027fff')).toBe(OK)
    expect(await card.send('00a4000c026f07')).toBe(OK)
    expect(await card.send(worked.gba)).toBe('610a')
  })

  test('PIN enabled and not verified: 69 82', async () => {
    const pins = {
      pin: { value: '1234', puk: '12345678', enabled: true },
      pin2: { value: '5678', puk: '87654321' },
      adm1: '4141414141414141',
    }
    const card = await usim({ pins })
    expect(await card.send(worked.gba)).toBe('6982')
    expect(await card.send('0020000108 31323334ffffffff')).toBe(OK)
    expect(await card.send(worked.gba)).toBe('610a')
  })

  test('NAF derivation without Ks: 69 85', async () => {
    const card = await usim()
    expect(await card.send(nafDerivation(nafId('0100000002'), impi))).toBe('6985')
  })

  test('a context that the application does not have: 98 64', async () => {
    const card = await usim({ applications: [{ ...USIM_ONLY, gba: false }] })
    expect(await card.send(worked.gba)).toBe('9864')
    expect(await card.send(`008800801110${toHex(WORKED.rand)}`)).toBe('9864')
    expect(await card.send(`008800821110${toHex(WORKED.rand)}`)).toBe('9864')
    expect(await card.send(worked.umts)).toBe('612c')
  })

  test('an ISIM has no GSM context', async () => {
    const card = await createTestCard()
    await card.send(SELECT_ISIM)
    expect(await card.send(`008800801110${toHex(WORKED.rand)}`)).toBe('9864')
  })

  test('CK and IK of 256 bits: no Kc, no GSM context, no GBA', async () => {
    const authentication = {
      algorithm: 'tuak',
      k: 'ab'.repeat(32),
      topc: 'cd'.repeat(32),
      ckBits: 256,
      ikBits: 128,
      resBits: 256,
    }
    const card = await usim({ authentication, applications: [{ ...USIM_ONLY, gsm: true }] })
    expect(await card.send(worked.gba)).toBe('9864')
    expect(await card.send(`008800801110${toHex(WORKED.rand)}`)).toBe('9864')
    expect(await card.send(worked.umts)).toBe('9862')
  })

  test('an application with f-functions of its own has an SQN array of its own', async () => {
    const card = await createTestCard(
      {},
      {
        functions: { CSIM: otherFunctions() },
      },
    )
    await card.send(SELECT_USIM)
    expect(await card.send(worked.umts)).toBe('612c')
    await card.send(SELECT_CSIM)
    expect(await card.send(worked.umts)).toBe('9862')
    expect(await card.send(otherChallenge())).toBe('612c')
    await card.send(SELECT_USIM)
    expect(await card.send(worked.umts)).toBe('6110')
  })
})

describe('wrong input', () => {
  test.each([
    ['P1 01', worked.umts.replace('00880081', '00880181'), '6a86'],
    ['P2 01 (no reference data)', worked.umts.replace('00880081', '00880001'), '6a86'],
    ['P2 83 (RFU)', worked.umts.replace('00880081', '00880083'), '6a86'],
    ['P2 C1 (RFU)', worked.umts.replace('00880081', '008800c1'), '6a86'],
    ['no data', '00880081', '6700'],
    ['no data, Le', '0088008100', '6700'],
    ['INS 89', worked.umts.replace('0088', '0089'), '6d00'],
    ['3G: RAND alone', `008800811110${toHex(WORKED.rand)}`, '6700'],
    ['3G: one octet too many', `0088008123${worked.umts.slice(10)}00`, '6700'],
    ['3G: L of RAND is 0F', worked.umts.replace('008800812210', '00880081220f'), '6a80'],
    ['3G: L of RAND is FF', worked.umts.replace('008800812210', '0088008122ff'), '6700'],
    ['GBA: tag DC', worked.gba.replace('23dd', '23dc'), '6a80'],
    ['GBA: body without tag', `0088008422${worked.gba.slice(12)}`, '6a80'],
    ['GBA: L of RAND is 11', worked.gba.replace('dd10', 'dd11'), '6a80'],
    ['GBA: L of AUTN is 0F', `0088008422dd10${toHex(WORKED.rand)}0f${'00'.repeat(15)}`, '6a80'],
    ['GBA: one octet short', `0088008422${worked.gba.slice(10, -2)}`, '6700'],
    ['GBA: one octet too many', `0088008424${worked.gba.slice(10)}00`, '6700'],
    ['NAF: empty', '0088008401de', '6700'],
    ['NAF: no IMPI field', '0088008408de066e0100000002', '6700'],
    ['NAF: L of NAF_Id too long', '008800840ade096e01000000020161', '6700'],
    ['NAF: IMPI too short for its L', '008800840ade066e01000000020261', '6700'],
    ['NAF: NAF_Id without domain', nafDerivation(nafId('0100000002').slice(-5), impi), '6a80'],
    ['NAF: empty IMPI', nafDerivation(nafId('0100000002'), new Uint8Array(0)), '6a80'],
    ['NAF: IMPI not UTF-8', nafDerivation(nafId('0100000002'), Uint8Array.of(0xff)), '6a80'],
  ])('%s', async (_name, command, sw) => {
    const card = await usim()
    expect(await card.send(challengesFor(0x80n).gba)).toBe('610a')
    const before = card.state.stored
    expect(await card.send(command)).toBe(sw)
    expect(card.state.stored).toBe(before)
    expect(await card.send(worked.gba)).toBe('610a')
  })
})
