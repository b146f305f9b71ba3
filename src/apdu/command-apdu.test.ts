import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeCommand, encodeCommand } from './command-apdu.ts'

const CASES = [
  { name: 'case 1', hex: '00700000', data: '', le: undefined },
  { name: 'case 2', hex: '00b000000a', data: '', le: 10 },
  { name: 'case 2, Le 00', hex: '00b0000000', data: '', le: 256 },
  { name: 'case 3', hex: '00a4000c023f00', data: '3f00', le: undefined },
  { name: 'case 4', hex: '00a40004023f0000', data: '3f00', le: 256 },
  { name: 'case 4, Le 05', hex: '00a40004023f0005', data: '3f00', le: 5 },
] as const

describe('ISO/IEC 7816-3 12.1.3', () => {
  test.each(CASES)('$name', ({ hex, data, le }) => {
    const command = decodeCommand(fromHex(hex))
    expect([toHex(command.data), command.le]).toEqual([data, le])
    expect(toHex(encodeCommand(command))).toBe(hex)
  })

  test.each([
    ['no octet', '', 'header'],
    ['three octets', '00a400', 'header'],
    ['Lc larger than the data', '00a40004033f00', 'data'],
    ['Lc 255 without data', '00d60000ff01', 'data'],
    ['Lc smaller than the data by two', '00a40004013f0000', 'Le'],
    ['Lc zero with data', '00a40004003f00', 'Lc'],
    ['extended length', '00a400040000023f00', 'Lc'],
  ])('%s is refused', (_name, hex, field) => {
    const attempt = () => decodeCommand(fromHex(hex))
    expect(attempt).toThrow(InvalidMessage)
    expect(attempt).toThrow(field)
  })

  test('what is encoded is decoded', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    const command = fc.record(
      {
        cla: octet,
        ins: octet,
        p1: octet,
        p2: octet,
        data: fc.uint8Array({ maxLength: 255 }),
        le: fc.integer({ min: 1, max: 256 }),
      },
      { requiredKeys: ['cla', 'ins', 'p1', 'p2', 'data'] },
    )
    fc.assert(
      fc.property(command, (value) => {
        expect(decodeCommand(encodeCommand(value))).toEqual(value)
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  test('our own misuse is a RangeError', () => {
    const header = { cla: 0, ins: 0, p1: 0, p2: 0, data: new Uint8Array(0) }
    expect(() => encodeCommand({ ...header, data: new Uint8Array(256) })).toThrow(RangeError)
    expect(() => encodeCommand({ ...header, le: 0 })).toThrow(RangeError)
    expect(() => encodeCommand({ ...header, le: 257 })).toThrow(RangeError)
    expect(() => encodeCommand({ ...header, p1: 256 })).toThrow(RangeError)
  })
})
