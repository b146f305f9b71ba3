import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { formatGuss, formatUssList, type Guss, parseGuss, parseUssList } from './guss.ts'

const FACTS = `<guss id="alice@open-ims.test">
  <bsfInfo><uiccType>GBA_U</uiccType><lifeTime>7200</lifeTime></bsfInfo>
  <ussList>
    <uss id="1" type="1" nafGroup="A">
      <uids><uid>sip:alice@open-ims.test</uid></uids>
      <flags><flag>1</flag><flag>2</flag></flags>
    </uss>
  </ussList>
</guss>`
const GUSS: Guss = {
  id: 'alice@open-ims.test',
  uiccType: 'GBA_U',
  lifeTimeSeconds: 7200,
  ussList: [{ gsid: 1, type: 1, nafGroup: 'A', uids: ['sip:alice@open-ims.test'], flags: [1, 2] }],
}

describe('GUSS, TS 29.109 Annex A', () => {
  test('GBA facts 10', () => {
    expect(parseGuss(FACTS)).toEqual(GUSS)
    // Written by other tools; XML 1.0 4.3.3 allows it.
    expect(parseGuss(`\ufeff${FACTS}`)).toEqual(GUSS)
  })

  test('with a namespace, and with unknown elements of it and of others', () => {
    const xml = FACTS.replace('<guss', '<guss xmlns="urn:gba"')
      .replace('<bsfInfo>', '<new/><bsfInfo><lifeTime xmlns="urn:other">1</lifeTime>')
      .replace('<uids>', '<extension><secFeature/></extension><uids>')
    expect(parseGuss(xml)).toEqual(GUSS)
  })

  test('nothing but the root is needed', () => {
    expect(parseGuss('<guss/>')).toEqual({ ussList: [] })
    expect(parseGuss('<guss><bsfInfo/></guss>')).toEqual({ ussList: [] })
  })

  test.each([
    ['<keyChoice>UICC_BASED_KEY</keyChoice>', 'UICC_BASED_KEY'],
    ['<keyChoice> ME-UICC-based-keys </keyChoice>', 'ME_UICC_BASED_KEYS'],
    ['<extension><keyChoice xmlns="urn:x">ME_BASED_KEY</keyChoice></extension>', 'ME_BASED_KEY'],
    ['<keyChoice>another</keyChoice>', undefined],
    ['<other><keyChoice>ME_BASED_KEY</keyChoice></other>', undefined],
  ])('key choice: %s', (xml, expected) => {
    const [uss] = parseUssList(`<ussList><uss id="1" type="0">${xml}</uss></ussList>`)
    expect(uss?.keyChoice).toBe(expected)
  })

  test.each(['2147483647', '2147483648', '4294967295', '9'.repeat(20)])(
    'a lifeTime of %s is as long as any',
    (lifeTime) => {
      const xml = `<guss><bsfInfo><lifeTime>${lifeTime}</lifeTime></bsfInfo></guss>`
      expect(parseGuss(xml).lifeTimeSeconds).toBe(2_147_483_647)
    },
  )

  test.each([
    ['<ussList/>', 'guss'],
    ['<guss', 'XML'],
    [`<guss>${' '.repeat(65_536)}</guss>`, 'XML'],
    ['<guss><bsfInfo/><bsfInfo/></guss>', 'bsfInfo'],
    ['<guss><ussList/><ussList/></guss>', 'ussList'],
    ['<guss><bsfInfo><uiccType>SIM</uiccType></bsfInfo></guss>', 'uiccType'],
    ['<guss><bsfInfo><uiccType/></bsfInfo></guss>', 'uiccType'],
    ['<guss><bsfInfo><lifeTime>0</lifeTime></bsfInfo></guss>', 'lifeTime'],
    ['<guss><bsfInfo><lifeTime>-1</lifeTime></bsfInfo></guss>', 'lifeTime'],
    ['<guss><bsfInfo><lifeTime>1e3</lifeTime></bsfInfo></guss>', 'lifeTime'],
    ['<guss><bsfInfo><lifeTime/></bsfInfo></guss>', 'lifeTime'],
    ['<guss><ussList><uss type="0"/></ussList></guss>', 'uss id'],
    ['<guss><ussList><uss id="4294967296" type="0"/></ussList></guss>', 'uss id'],
    ['<guss><ussList><uss id="1" type="x"/></ussList></guss>', 'uss type'],
    [
      '<guss><ussList><uss id="1" type="0"><flags><flag>x</flag></flags></uss></ussList></guss>',
      'flag',
    ],
  ])('%s is refused, naming %s', (xml, field) => {
    expect(() => parseGuss(xml)).toThrow(
      expect.objectContaining({ code: 'invalid-message', field }),
    )
  })

  test('every truncation is refused', () => {
    for (let length = 0; length < FACTS.length; length++) {
      expect(() => parseGuss(FACTS.slice(0, length))).toThrow(InvalidMessage)
    }
  })

  test('what is written is read', () => {
    const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
    // White space around a value does not belong to it.
    const text = fc
      .string({ unit: 'binary' })
      .map((value) => value.replaceAll(/[^\u0021-\ud7ff]/g, '').trim())
    const uss = fc.record(
      {
        gsid: uint32,
        type: uint32,
        nafGroup: text,
        uids: fc.array(text, { maxLength: 3 }),
        flags: fc.array(uint32, { maxLength: 3 }),
        keyChoice: fc.constantFrom('ME_BASED_KEY', 'UICC_BASED_KEY', 'ME_UICC_BASED_KEYS'),
      },
      { requiredKeys: ['gsid', 'type', 'uids', 'flags'] },
    )
    const guss = fc.record(
      {
        id: text,
        uiccType: fc.constantFrom('GBA', 'GBA_U'),
        lifeTimeSeconds: fc.integer({ min: 1, max: 0x7fff_ffff }),
        ussList: fc.array(uss, { maxLength: 4 }),
      },
      { requiredKeys: ['ussList'] },
    )
    fc.assert(
      fc.property(guss, (generated) => {
        const value = generated as Guss
        expect(parseGuss(formatGuss(value))).toEqual(value)
        expect(parseUssList(formatUssList(value.ussList))).toEqual(value.ussList)
      }),
      { seed: 4, numRuns: 200 },
    )
  })
})
