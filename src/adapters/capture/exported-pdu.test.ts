import { expect, test } from 'vitest'
import { toHex } from '../../octets/octets.ts'
import { encodeExportedPdu } from './exported-pdu.ts'

test('tags for the dissector, the addresses and the ports, then the message', () => {
  const packet = encodeExportedPdu({
    dissector: 'http2',
    transport: 'tcp',
    from: { address: Uint8Array.of(127, 1, 0, 1), port: 40_000 },
    to: { address: Uint8Array.of(127, 1, 0, 2), port: 80 },
    octets: Uint8Array.of(0xab, 0xcd),
  })
  expect(toHex(packet)).toBe(
    [
      '000c00086874747032000000',
      '001400047f010001',
      '001500047f010002',
      '0018000400000002',
      '0019000400009c40',
      '001a000400000050',
      '00000000abcd',
    ].join(''),
  )
})
