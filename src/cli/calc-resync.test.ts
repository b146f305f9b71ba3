import { describe, expect, test } from 'vitest'
import { MILENAGE_SETS, TUAK_SETS } from '../../test/support/aka-vectors.ts'
import { GBA_VECTORS } from '../../test/support/gba-vectors.ts'
import { buildAuts } from '../aka/resynchronize.ts'
import { createTuak } from '../aka/tuak.ts'
import { Secret } from '../crypto/secret.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { RESYNC_CALCULATOR } from './calc-resync.ts'

const { calculate } = RESYNC_CALCULATOR

describe('MILENAGE', () => {
  test.each(MILENAGE_SETS)('$id', ({ k, opc, op, rand, sqn, amf, auts_amf0000: auts }) => {
    const expected = { valid: true, sqnMs: sqn }
    expect(calculate({ algorithm: 'milenage', k, opc, rand, auts })).toEqual(expected)
    expect(calculate({ k, op, rand, auts: auts.toUpperCase(), amf })).toEqual(expected)
  })

  test('GBA facts 14', () => {
    const { subscriber, challenge, resynchronization } = GBA_VECTORS
    const { k, opc } = subscriber
    const { auts, sqn_ms: sqnMs } = resynchronization
    expect(calculate({ k, opc, rand: challenge.rand, auts })).toEqual({ valid: true, sqnMs })
  })

  test('a MAC-S that is wrong, or of another subscriber', () => {
    const { k, opc, rand, auts_amf0000: auts } = MILENAGE_SETS[0]!
    const wrong = `${auts.slice(0, -1)}${auts.endsWith('0') ? '1' : '0'}`
    expect(calculate({ k, opc, rand, auts: wrong })).toEqual({ valid: false })
    expect(calculate({ k: opc, opc, rand, auts })).toEqual({ valid: false })
  })
})

test('TUAK, with a MAC-S of 128 bits', () => {
  const { k, topc, rand } = TUAK_SETS[1]!
  const keys = { k: Secret.of(fromHex(k)), topc: Secret.of(fromHex(topc)) }
  const profile = { macLength: 16, resLength: 8, ckLength: 16, ikLength: 16, iterations: 1 }
  const auts = toHex(buildAuts(createTuak(keys, profile), { rand: fromHex(rand), sqnMs: 0xabcn }))
  const fields = { algorithm: 'tuak', k, topc, rand, auts }
  expect(calculate({ ...fields, macBits: 128 })).toEqual({ valid: true, sqnMs: '000000000abc' })
  expect(() => calculate(fields)).toThrow('auts: hex of 14 octets expected')
})

test.each([
  [{ auts: '00' }, 'auts: hex of 14 octets expected'],
  [{ auts: 'xy' }, 'auts: hex expected'],
  [{ sqn: '000000000000' }, 'sqn: unknown field'],
  [{ amf: '00' }, 'amf: hex of 2 octets expected'],
])('%j is refused', (change, message) => {
  const { k, opc, rand, auts_amf0000: auts } = MILENAGE_SETS[0]!
  expect(() => calculate({ k, opc, rand, auts, ...change })).toThrow(message)
})
