import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { formatGuss, parseGuss } from './guss.ts'
import { changeGuss } from './guss-change.ts'

const OTHERS = 'urn:x:others'
const FOREIGN =
  `<g:guss xmlns:g="urn:x:guss" id="a@b.c" ver="2"><g:bsfInfo><g:more>1</g:more><g:lifeTime>60</g:lifeTime>` +
  `</g:bsfInfo><g:ussList><g:uss id="1" type="0"><o:special xmlns:o="${OTHERS}" level="7">&lt;x&gt;</o:special>` +
  `</g:uss></g:ussList></g:guss>`

describe('a change keeps what it does not name', () => {
  test('the id alone; the namespace and what is unknown stay', () => {
    expect(changeGuss(FOREIGN, { id: 'x@y.z' })).toBe(
      '<guss xmlns="urn:x:guss" id="x@y.z" ver="2"><bsfInfo><more>1</more><lifeTime>60</lifeTime></bsfInfo>' +
        `<ussList><uss id="1" type="0"><special xmlns="${OTHERS}" level="7">&lt;x&gt;</special></uss></ussList></guss>`,
    )
  })

  test('type and lifetime, put in, changed and taken away', () => {
    const typed = changeGuss(FOREIGN, { uiccType: 'GBA_U', lifeTimeSeconds: 5 })
    expect(typed).toContain(
      '<bsfInfo><uiccType>GBA_U</uiccType><lifeTime>5</lifeTime><more>1</more></bsfInfo>',
    )
    const other = changeGuss(typed, { uiccType: 'GBA' })
    expect(parseGuss(other)).toMatchObject({ uiccType: 'GBA', lifeTimeSeconds: 5 })
    const without = changeGuss(other, { lifeTimeSeconds: null })
    expect(parseGuss(without)).not.toHaveProperty('lifeTimeSeconds')
    expect(without).toContain(`<special xmlns="${OTHERS}" level="7">`)
  })

  test('of one that has no bsfInfo, and of an empty one', () => {
    const list = '<ussList><uss id="1" type="0"/></ussList>'
    expect(changeGuss(`<guss id="a@b.c">${list}</guss>`, { lifeTimeSeconds: 9 })).toBe(
      `<guss id="a@b.c"><bsfInfo><lifeTime>9</lifeTime></bsfInfo>${list}</guss>`,
    )
    expect(changeGuss('<guss/>', { uiccType: 'GBA' })).toBe(
      '<guss><bsfInfo><uiccType>GBA</uiccType></bsfInfo></guss>',
    )
    expect(changeGuss('<guss>\n</guss>', { id: 'a@b.c' })).toBe('<guss id="a@b.c"/>')
  })
})

test('what our own writer made is as if it were written with the change', () => {
  const uiccType = fc.constantFrom('GBA' as const, 'GBA_U' as const)
  const seconds = fc.integer({ min: 1, max: 0x7fff_ffff })
  fc.assert(
    fc.property(uiccType, seconds, uiccType, (before, lifeTimeSeconds, after) => {
      const ussList = [{ gsid: 1, type: 0, uids: ['a & b'], flags: [2] }]
      const guss = { id: 'a@b.c', uiccType: before, lifeTimeSeconds, ussList }
      const changed = changeGuss(formatGuss(guss), { uiccType: after })
      expect(changed).toBe(formatGuss({ ...guss, uiccType: after }))
    }),
    { seed: 7 },
  )
})

test('what is no GUSS is refused', () => {
  for (const xml of ['<ussList/>', '<guss', ''])
    expect(() => changeGuss(xml, { id: 'a@b.c' })).toThrow(InvalidMessage)
})
