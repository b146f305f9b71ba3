import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GBA_VECTORS } from '../../test/support/gba-vectors.ts'
import { GBA_CALCULATOR } from './calc-gba.ts'

const { calculate } = GBA_CALCULATOR
const { subscriber, challenge, gba_u, names, naf_keys } = GBA_VECTORS
const { ck, ik, rand, autn, res: xres } = challenge
const BINDING = { rand, impi: subscriber.impi, nafFqdn: names.naf_fqdn }

/** TS 33.220 B.2 written a second time, with the platform's own tools. */
function kdfOf(key: string, ...parameters: readonly Buffer[]): string {
  const s: Buffer[] = [Buffer.of(0x01)]
  for (const parameter of parameters) {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(parameter.length)
    s.push(parameter, length)
  }
  return createHmac('sha256', Buffer.from(key, 'hex')).update(Buffer.concat(s)).digest('hex')
}

interface Binding {
  readonly rand: string
  readonly impi: string
  readonly nafFqdn: string
  readonly uaId: string
}

function nafKeyOf(p0: string, { rand, impi, nafFqdn, uaId }: Binding): string {
  const nafId = Buffer.concat([Buffer.from(nafFqdn), Buffer.from(uaId, 'hex')])
  return kdfOf(ck + ik, Buffer.from(p0), Buffer.from(rand, 'hex'), Buffer.from(impi), nafId)
}

describe('GBA facts 14', () => {
  test.each(naf_keys)('NAF keys for Ua id $ua_id', ({ ua_id: uaId, ks_ext_naf, ks_int_naf }) => {
    const output = calculate({ ck, ik, ...BINDING, uaId })
    expect(output).toEqual({
      ks: ck + ik,
      ksNaf: ks_ext_naf,
      ksExtNaf: ks_ext_naf,
      ksIntNaf: ks_int_naf ?? nafKeyOf('gba-u', { ...BINDING, uaId }),
    })
  })

  test('MAC*, AUTN* and the flipped XRES', () => {
    const stars = { macStar: gba_u.mac_star, autnStar: gba_u.autn_star }
    expect(calculate({ ik, autn })).toEqual(stars)
    expect(calculate({ xres })).toEqual({ xresGbaU: gba_u.res_flipped })
    expect(calculate({ ck, ik, autn, xres })).toEqual({
      ks: ck + ik,
      ...stars,
      xresGbaU: gba_u.res_flipped,
    })
  })
})

/** Hex of so many octets. */
const hexOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((o) => Buffer.from(o).toString('hex'))

describe('against a KDF written for this test', () => {
  test('any RAND, IMPI, NAF and Ua id', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 })
    fc.assert(
      fc.property(hexOf(16), text, text, hexOf(5), (rand, impi, nafFqdn, uaId) => {
        const binding = { rand, impi, nafFqdn, uaId }
        expect(calculate({ ck, ik, ...binding })).toEqual({
          ks: ck + ik,
          ksNaf: nafKeyOf('gba-me', binding),
          ksExtNaf: nafKeyOf('gba-me', binding),
          ksIntNaf: nafKeyOf('gba-u', binding),
        })
      }),
      { seed: 33220 },
    )
  })

  test.each([
    ['an IMPI outside ASCII', { impi: 'Zoë\u{1f511}@exämple.org' }],
    ['an IMPI of 256 octets', { impi: 'i'.repeat(256) }],
    ['an IMPI of 200 characters and 400 octets', { impi: 'ë'.repeat(200) }],
    ['a NAF name of 300 octets', { nafFqdn: 'n'.repeat(300) }],
    ['a NAF_Id of 65535 octets', { nafFqdn: 'n'.repeat(65_530) }],
    ['upper case, which is not folded', { nafFqdn: 'CPNS.Example.ORG' }],
    ['empty names', { impi: '', nafFqdn: '' }],
  ])('%s', (_case, change) => {
    const binding = { ...BINDING, uaId: 'ff43504e53', ...change }
    expect(calculate({ ck, ik, ...binding })).toMatchObject({
      ksExtNaf: nafKeyOf('gba-me', binding),
      ksIntNaf: nafKeyOf('gba-u', binding),
    })
  })
})

describe('inputs that are not there', () => {
  const whole = { ck, ik, ...BINDING, uaId: '0100000002', autn, xres }

  test.each([
    ['rand', ['ks', 'macStar', 'autnStar', 'xresGbaU']],
    ['impi', ['ks', 'macStar', 'autnStar', 'xresGbaU']],
    ['nafFqdn', ['ks', 'macStar', 'autnStar', 'xresGbaU']],
    ['uaId', ['ks', 'macStar', 'autnStar', 'xresGbaU']],
    ['ck', ['macStar', 'autnStar', 'xresGbaU']],
    ['ik', ['xresGbaU']],
    ['autn', ['ks', 'ksNaf', 'ksExtNaf', 'ksIntNaf', 'xresGbaU']],
    ['xres', ['ks', 'ksNaf', 'ksExtNaf', 'ksIntNaf', 'macStar', 'autnStar']],
  ])('without %s the outputs are %j', (name, outputs) => {
    const fields = Object.fromEntries(Object.entries(whole).filter(([field]) => field !== name))
    expect(Object.keys(calculate(fields))).toEqual(outputs)
  })

  test.each([{}, { ck }, { ik }, { ...BINDING, uaId: '0100000002', ck }])(
    'of %j nothing can be calculated',
    (fields) => {
      expect(() => calculate(fields)).toThrow('ck and ik, or ik and autn, or xres: missing')
    },
  )
})

test.each([
  [{ ck: '00' }, 'ck: hex of 16 octets expected'],
  [{ autn: '00' }, 'autn: hex of 16 octets expected'],
  [{ xres: '000000' }, 'xres: hex of 4 to 32 octets expected'],
  [{ uaId: '01000001' }, 'uaId: hex of 5 octets expected'],
  [{ impi: 'i'.repeat(65_536) }, 'impi: at most 65535 octets expected'],
  [{ nafFqdn: 'n'.repeat(65_531) }, 'nafFqdn: at most 65530 octets expected'],
  [{ impi: '\ud800' }, 'impi: well-formed text expected'],
  [{ nafId: '00' }, 'nafId: unknown field'],
])('refuses what is malformed: %#', (change, message) => {
  expect(() => calculate({ ck, ik, ...change })).toThrow(message)
})
