import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { concatOctets } from '../octets/octets.ts'
import { ALGORITHMS } from './algorithms.ts'
import { decodeExchangeState, type ExchangeState, encodeExchangeState } from './exchange-state.ts'
import { KEY_TYPES } from './key-type.ts'

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const entityId = fc.stringMatching(/^urn:[a-z0-9:]{1,60}$/).map((id) => parseEntityId(id))
const uint32 = fc.nat({ max: 0xffffffff })

const states = fc.record(
  {
    kind: fc.constantFrom('connect' as const, 'assignment' as const),
    firstMessage: fc.uint8Array({ maxLength: 1024 }),
    randomClient: octets(16),
    entityId,
    role: fc.constantFrom('pn-gw' as const, 'pne' as const),
    via: entityId,
    userId: fc.stringMatching(/^[a-zé ]{1,20}$/).map((id) => parseUserId(id.normalize('NFC'))),
    keyType: fc.constantFrom(...KEY_TYPES),
    euKeyId: fc.string({ maxLength: 60 }),
    issuedAtMs: fc.maxSafeNat(),
    transactionId: fc.string({ minLength: 1, maxLength: 64 }),
    randomServer: octets(16),
    algorithm: fc.constantFrom(...ALGORITHMS),
    sessionLifetime: uint32,
    kdf: fc.record({
      kdf: fc.constant('scrypt' as const),
      salt: octets(16),
      n: uint32,
      r: uint32,
      p: uint32,
    }),
  },
  {
    requiredKeys: [
      'kind',
      'firstMessage',
      'randomClient',
      'entityId',
      'role',
      'keyType',
      'euKeyId',
      'issuedAtMs',
      'transactionId',
      'randomServer',
      'algorithm',
      'sessionLifetime',
    ],
  },
)

const connect: ExchangeState = {
  kind: 'connect',
  firstMessage: new Uint8Array(32).fill(1),
  randomClient: new Uint8Array(16).fill(2),
  entityId: parseEntityId('urn:x:pne'),
  role: 'pne',
  via: parseEntityId('urn:x:gw'),
  keyType: 'ks-ext-naf',
  euKeyId: parseBtid('AAAAAAAAAAAAAAAAAAAAAA==@bsf.example'),
  issuedAtMs: 1_800_000_000_000,
  transactionId: 't',
  randomServer: new Uint8Array(16).fill(3),
  algorithm: 'HMAC-SHA-256',
  sessionLifetime: 3600,
}
const assignment: ExchangeState = {
  ...connect,
  kind: 'assignment',
  userId: parseUserId('jo'),
  keyType: 'assigned',
  kdf: { kdf: 'scrypt', salt: new Uint8Array(16), n: 32768, r: 8, p: 1 },
}

test('a state is read back as it was, with every field of M-4', () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(decodeExchangeState(encodeExchangeState(state))).toEqual(state)
    }),
    { seed: 5, numRuns: 500 },
  )
})

test('it is compact', () => {
  expect(encodeExchangeState(connect)).toHaveLength(
    5 + 16 + 16 + 8 + 4 + (2 + 32) + (2 + 9) + (2 + 8) + 2 + (2 + 36) + (2 + 1) + 2,
  )
})

describe('octets that are no state', () => {
  test.each([
    ['connect', connect],
    ['assignment', assignment],
  ])('%s cut anywhere, or with octets behind it', (_, state) => {
    const whole = encodeExchangeState(state)
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeExchangeState(whole.subarray(0, length))).toThrow(InvalidMessage)
    }
    expect(() => decodeExchangeState(concatOctets(whole, Uint8Array.of(0)))).toThrow(InvalidMessage)
  })

  test.each([0, 1, 2, 3, 4])('an unknown value in octet %i', (at) => {
    const octetsOfState = encodeExchangeState(connect)
    octetsOfState[at] = 9
    expect(() => decodeExchangeState(octetsOfState)).toThrow(/^State: unknown/)
  })

  test('a time beyond what a number holds', () => {
    const octetsOfState = encodeExchangeState(connect)
    octetsOfState.fill(0xff, 37, 45)
    expect(() => decodeExchangeState(octetsOfState)).toThrow('State: no such time')
  })

  test('anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(() => decodeExchangeState(noise)).toThrow(InvalidMessage)
      }),
      { seed: 6, numRuns: 500 },
    )
  })
})

test('a number that does not fit is our own mistake', () => {
  expect(() => encodeExchangeState({ ...connect, sessionLifetime: 2 ** 32 })).toThrow(RangeError)
  expect(() => encodeExchangeState({ ...connect, issuedAtMs: -1 })).toThrow(RangeError)
})
