import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { decodeFcp, decodePinStatus, encodeDirectoryFcp, encodeFileFcp } from './fcp.ts'
import { expectNoPrefixDecodes } from './truncation.fixture.ts'

const access = { fileId: 0x2f06, record: 2 }

describe('TS 102 221 11.1.1.3', () => {
  test('MF', () => {
    const fcp = encodeDirectoryFcp({
      kind: 'directory',
      fileId: 0x3f00,
      access,
      pins: [
        { keyReference: 0x01, enabled: false },
        { keyReference: 0x81, enabled: true },
      ],
    })
    expect(toHex(fcp)).toBe('62208202782183023f00a5038001718a01058b032f0602c609900140830101830181')
    expect(decodeFcp(fcp)).toEqual({ kind: 'directory' })
  })

  test('an ADF has an AID and no file identifier', () => {
    const aid = fromHex('a0000000871002')
    const fcp = encodeDirectoryFcp({ kind: 'directory', aid, access, pins: [] })
    expect(toHex(fcp)).toContain('8407a0000000871002')
    expect(toHex(fcp)).not.toContain('8302')
  })

  test('a transparent EF', () => {
    const fcp = encodeFileFcp({ kind: 'transparent', fileId: 0x6f07, size: 9, sfi: 7, access })
    expect(toHex(fcp)).toBe('62178202412183026f078a01058b032f060280020009880138')
    expect(decodeFcp(fcp)).toEqual({ kind: 'transparent', size: 9 })
    expectNoPrefixDecodes(fcp, decodeFcp)
  })

  test('a linear fixed EF without SFI', () => {
    const fcp = encodeFileFcp({
      kind: 'linear-fixed',
      fileId: 0x2f00,
      size: 76,
      recordLength: 38,
      access,
    })
    expect(toHex(fcp)).toContain('82054221002602')
    expect(toHex(fcp)).toContain('8002004c8800')
    expect(decodeFcp(fcp)).toEqual({
      kind: 'linear-fixed',
      size: 76,
      recordLength: 38,
      recordCount: 2,
    })
  })
})

test('answers of other cards: cyclic files, unknown objects, long lengths, no file size', () => {
  expect(decodeFcp(fromHex('62810982054621001005ee00'))).toEqual({
    kind: 'cyclic',
    recordLength: 16,
    recordCount: 5,
  })
  expect(decodeFcp(fromHex('620482027821'))).toEqual({ kind: 'directory' })
  // Not shareable, and without data coding. TS 102 221 11.1.1.4.3
  expect(decodeFcp(fromHex('620482023821'))).toEqual({ kind: 'directory' })
  expect(decodeFcp(fromHex('6203820138'))).toEqual({ kind: 'directory' })
})

test.each([
  ['another template', '6f0482027821'],
  ['no file descriptor', '62048002000a'],
  ['an empty file descriptor', '62028200'],
  ['an unknown structure', '620482024721'],
])('%s is refused', (_name, hex) => {
  expect(() => decodeFcp(fromHex(hex))).toThrow(InvalidMessage)
})

test.each([
  ['nothing of the records', '620482024221', {}],
  ['their length in one octet', '62058203422120', { recordLength: 32 }],
  ['their length only', '6206820442210120', { recordLength: 288 }],
  ['a count of two octets', '6208820642210020 0005', { recordLength: 32, recordCount: 5 }],
])('a file descriptor of another card with %s', (_name, hex, records) => {
  const fcp = fromHex(hex.replace(' ', ''))
  expect(decodeFcp(fcp)).toEqual({ kind: 'linear-fixed', ...records })
})

describe('the PINs of a directory', () => {
  test('ours are read back', () => {
    const pins = [
      { keyReference: 0x01, enabled: false },
      { keyReference: 0x81, enabled: true },
    ]
    expect(decodePinStatus(encodeDirectoryFcp({ kind: 'directory', access, pins }))).toEqual(pins)
  })

  test('usage qualifiers between the key references, and the template in another place', () => {
    expect(
      decodePinStatus(fromHex('6218c61290016083010195010883018183010a95010882027821')),
    ).toEqual([
      { keyReference: 0x01, enabled: false },
      { keyReference: 0x81, enabled: true },
      { keyReference: 0x0a, enabled: true },
    ])
  })

  test('a card that says nothing of them, and one that says it badly', () => {
    expect(decodePinStatus(fromHex('620482027821'))).toEqual([])
    expect(() => decodePinStatus(fromHex('6204c6029001'))).toThrow(InvalidMessage)
  })
})
