import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { formatGuss, type Guss, parseGuss } from '../gba/guss.ts'
import { parseImpi } from '../identity/impi.ts'
import { gussAsJson, gussOfJson, gussOfXml, gussSchema } from './guss-fields.ts'

const FULL: Guss = {
  id: 'a@b.c',
  uiccType: 'GBA_U',
  lifeTimeSeconds: 60,
  ussList: [
    {
      gsid: 1_000_000,
      type: 0,
      nafGroup: 'A',
      uids: ['sip:a@b.c'],
      flags: [1],
      keyChoice: 'UICC_BASED_KEY',
    },
    { gsid: 2, type: 1, uids: [], flags: [] },
  ],
}

test('a GUSS goes through JSON and XML and stays what it is', () => {
  const back = gussOfJson('a@b.c', gussSchema.parse(JSON.parse(JSON.stringify(gussAsJson(FULL)))))
  expect(parseGuss(formatGuss(back))).toEqual(FULL)
})

test.each([
  { ussList: [{ gsid: -1 }] },
  { ussList: [{ gsid: 2 ** 32 }] },
  { ussList: [{ gsid: 1, uids: ['\u0000'] }] },
  { ussList: [{ gsid: 1, nafGroup: '' }] },
  { ussList: [{ gsid: 1, keyChoice: 'ANY' }] },
  { ussList: Array.from({ length: 65 }, () => ({ gsid: 1 })) },
  { lifeTimeSeconds: 0 },
  { uiccType: 'GBA_X' },
  { more: 1 },
])('no GUSS: %#', (json) => {
  expect(gussSchema.safeParse(json).success).toBe(false)
})

describe('as XML', () => {
  const ALICE = parseImpi('a@b.c')
  const list = (uss: string) => `<guss id="a@b.c"><ussList>${uss}</ussList></guss>`

  test('it is stored as it was given, with what is not known here', () => {
    const given = '<g:guss xmlns:g="urn:x" id="a@b.c"><!-- x --><g:more a="1"/></g:guss>'
    expect(gussOfXml(ALICE, `\uFEFF${given}\n`)).toBe(given)
    expect(gussOfXml(ALICE, formatGuss(FULL))).toBe(formatGuss(FULL))
  })

  test('without an id it gets that of the subscriber', () => {
    expect(gussOfXml(ALICE, '<guss><ussList/></guss>')).toBe('<guss id="a@b.c"><ussList/></guss>')
  })

  test('what is said beside it comes in where it is missing, and must not contradict it', () => {
    const bare = '<guss id="a@b.c"><more/></guss>'
    const said = gussOfXml(ALICE, bare, { uiccType: 'GBA_U', keyLifetime: 60 })
    expect(said).toBe(
      '<guss id="a@b.c"><bsfInfo><uiccType>GBA_U</uiccType><lifeTime>60</lifeTime></bsfInfo><more/></guss>',
    )
    expect(gussOfXml(ALICE, said, { uiccType: 'GBA_U', keyLifetime: 60 })).toBe(said)
    expect(gussOfXml(ALICE, bare, { keyLifetime: null })).toBe(bare)
    const contradictions = [
      [{ uiccType: 'GBA' }, 'uiccType: GBA here, but GBA_U in guss'],
      [{ keyLifetime: 61 }, 'keyLifetime: 61 here, but 60 in guss'],
      [{ keyLifetime: null }, 'keyLifetime: none here, but 60 in guss'],
    ] as const
    for (const [beside, message] of contradictions) {
      expect(() => gussOfXml(ALICE, said, beside)).toThrow(message)
    }
  })

  test.each([
    ['not well-formed', '<guss', 'guss: XML: not well-formed at 1:'],
    ['of somebody else', '<guss id="b@b.c"/>', 'guss: its id is not the IMPI of the subscriber'],
    ['not a GUSS', '<ussList/>', 'guss: guss: not the root element'],
    ['no GSID', list('<uss type="0"/>'), 'guss: uss id: missing or not a number in range'],
    ['an empty group', list('<uss id="1" type="0" nafGroup=""/>'), 'guss: ussList.0.nafGroup: '],
    ['too many services', list('<uss id="1" type="0"/>'.repeat(65)), 'guss: ussList: '],
    [
      'too many identities',
      list(`<uss id="1" type="0"><uids>${'<uid>a</uid>'.repeat(33)}</uids></uss>`),
      'guss: ussList.0.uids: ',
    ],
    ['a DTD', '<!DOCTYPE guss><guss/>', 'guss: XML: holds a DTD'],
    ['too large', list(`<!--${'é'.repeat(30_000)}-->`), 'guss: over 60000 octets as XML'],
  ])('%s is refused', (_name, xml, message) => {
    expect(() => gussOfXml(ALICE, xml)).toThrow(InvalidMessage)
    expect(() => gussOfXml(ALICE, xml)).toThrow(message)
  })

  test('60,000 octets are taken, and not one more, also where the id makes it more', () => {
    const filled = (head: string, octets: number) =>
      `${head}<more>${'x'.repeat(octets - head.length - 20)}</more></guss>`
    const full = filled('<guss id="a@b.c">', 60_000)
    expect(full).toHaveLength(60_000)
    expect(gussOfXml(ALICE, full)).toBe(full)
    expect(() => gussOfXml(ALICE, filled('<guss id="a@b.c">', 60_001))).toThrow('over 60000')
    expect(() => gussOfXml(ALICE, filled('<guss>', 60_000))).toThrow('over 60000')
  })
})
