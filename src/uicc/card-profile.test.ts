import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { toHex } from '../octets/octets.ts'
import { formatCardProfile, parseCardProfile } from './card-profile.ts'
import { profileFile, testProfile } from './uicc.fixture.ts'

const parse = (file: unknown) => parseCardProfile(JSON.stringify(file))

describe('the file of a card', () => {
  test('what is not said has its default', () => {
    const profile = testProfile()
    expect(toHex(profile.atr)).toBe('3b9f96801fc78031a073be21136743200718000001a5')
    expect(profile.sqn).toEqual({ indLength: 5, delta: 2n ** 28n })
    expect(profile.applications.map(({ label, gba }) => [label, gba])).toEqual([
      ['USIM', true],
      ['ISIM', true],
      ['CSIM', true],
    ])
    expect(toHex(profile.applications[0]?.aid as Uint8Array)).toBe(
      'a0000000871002ff49ff0589ffffffff',
    )
  })

  test('the default ATR has a right check octet', () => {
    expect(
      testProfile()
        .atr.subarray(1)
        .reduce((tck, octet) => tck ^ octet, 0),
    ).toBe(0)
  })

  test.each([
    ['as it is', {}],
    [
      'with everything said',
      {
        atr: '3b00',
        sqn: { indLength: 6, delta: '1000', ageLimit: '32' },
        authentication: {
          algorithm: 'tuak',
          k: 'ab'.repeat(32),
          topc: 'cd'.repeat(32),
          resBits: 128,
          ckBits: 256,
          ikBits: 128,
          iterations: 2,
        },
      },
    ],
  ])('formatted and parsed again it is the same: %s', (_name, changes) => {
    const profile = testProfile(changes)
    const again = parseCardProfile(formatCardProfile(profile))
    expect(again).toEqual(profile)
    const { subscriberKey, operatorVariant } = profile.credentials
    expect(again.credentials.subscriberKey.equals(subscriberKey)).toBe(true)
    expect(again.credentials.operatorVariant.equals(operatorVariant)).toBe(true)
    expect(again.pins.adm1.equals(profile.pins.adm1)).toBe(true)
  })
})

describe('a file that cannot be used', () => {
  const usim = { application: 'USIM', imsi: '001010123456789', mncLength: 3 }
  const csim = { ...usim, application: 'CSIM' }
  const milenage = profileFile().authentication as object
  test.each([
    ['another format', { format: 'x' }, 'format'],
    ['another version', { version: 2 }, 'version'],
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['ICCID too short', { iccid: '123' }, 'iccid'],
    ['no ATR', { atr: '00' }, 'atr'],
    ['an ATR of T=1', { atr: '3b800181' }, 'atr: an ATR of T=1, but the card speaks T=0'],
    ['Δ of 0', { sqn: { delta: '0' } }, 'sqn.delta: a card that accepts no SQN'],
    [
      'an unknown algorithm',
      { authentication: { algorithm: 'comp128' } },
      'authentication.algorithm',
    ],
    ['K too short', { authentication: { ...milenage, k: '00' } }, 'authentication.k'],
    ['OP instead of OPc', { authentication: { ...milenage, op: '00'.repeat(16) } }, 'op'],
    [
      'TOPc too short',
      { authentication: { algorithm: 'tuak', k: '00'.repeat(16), topc: '00' } },
      'authentication.topc',
    ],
    ['IND too long', { sqn: { indLength: 9 } }, 'sqn.indLength'],
    ['delta not decimal', { sqn: { delta: '0x10' } }, 'sqn.delta'],
    [
      'PIN of letters',
      { pins: { ...(profileFile().pins as object), pin: { value: 'abcd', puk: '12345678' } } },
      'pins.pin.value',
    ],
    ['no application', { applications: [] }, 'applications'],
    ['one application twice', { applications: [usim, usim] }, 'one application twice'],
    ['IMSI of letters', { applications: [{ ...usim, imsi: 'x' }] }, 'applications.0.imsi'],
    ['MNC of 4', { applications: [{ ...usim, mncLength: 4 }] }, 'applications.0.mncLength'],
    [
      'AID of another application',
      { applications: [{ ...usim, aid: 'a0000000871004ffffffffff' }] },
      'applications.0.aid',
    ],
    [
      'CSIM with a short IMSI',
      { applications: [{ ...csim, imsi: '00101012345678' }] },
      'applications.0.imsi',
    ],
    ['CSIM with IMPI alone', { applications: [{ ...csim, impi: 'a@b' }] }, 'applications.0.impi'],
    [
      'ISIM with a bad domain',
      { applications: [{ application: 'ISIM', impi: 'a@b', impus: ['sip:a'], domain: 'a b' }] },
      'applications.0.domain',
    ],
  ])('%s: the message names the field', (_name, changes, words) => {
    const attempt = () => parse(profileFile(changes))
    expect(attempt).toThrow(ConfigurationInvalid)
    expect(attempt).toThrow(words)
  })

  test('text that is no JSON is not quoted', () => {
    expect(() => parseCardProfile('{"k": 465b5ce8b199b49faa5f0a2ee238a6bc}')).toThrow(
      new ConfigurationInvalid('card profile: not JSON'),
    )
    expect(() => parseCardProfile(' '.repeat(65_537))).toThrow('over 64 Ki characters')
  })

  test('no value of a secret field is in a message', () => {
    const value = 'secret-like-thing'
    for (const field of ['k', 'opc']) {
      const authentication = { ...milenage, [field]: value }
      expect(() => parse(profileFile({ authentication }))).not.toThrow(value)
    }
  })

  test('generated files: a profile or ConfigurationInvalid, nothing else', () => {
    const keys = ['authentication', 'sqn', 'pins', 'applications', 'iccid', 'atr', 'version']
    const change = fc.tuple(fc.constantFrom(...keys), fc.jsonValue())
    const text = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      change.map(([key, value]) => JSON.stringify(profileFile({ [key]: value }))),
      fc.tuple(fc.nat(900), fc.string({ maxLength: 3 })).map(([at, noise]) => {
        const whole = JSON.stringify(profileFile())
        return whole.slice(0, at) + noise + whole.slice(at + noise.length)
      }),
    )
    fc.assert(
      fc.property(text, (file) => {
        try {
          const profile = parseCardProfile(file)
          expect(parseCardProfile(formatCardProfile(profile))).toEqual(profile)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationInvalid)
        }
      }),
      { seed: 20_260_302, numRuns: 1000 },
    )
  })
})
