import { expect, test } from 'vitest'
import { TCP_FLAGS, tcpPacket, udpPacket } from './ip-packet.ts'

const LINE = {
  from: { address: Uint8Array.of(127, 1, 0, 1), port: 40_000 },
  to: { address: Uint8Array.of(127, 1, 0, 2), port: 3868 },
}

/** The sum of right octets with their checksum is all ones. RFC 1071 */
function sumOf(...parts: readonly Uint8Array[]): number {
  const octets = parts.flatMap((part) => [...part])
  let sum = 0
  for (let at = 0; at < octets.length; at += 2) {
    sum += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

test.each([
  [
    'TCP',
    6,
    (data: Uint8Array) =>
      tcpPacket(LINE, { sequence: 1, acknowledged: 2, flags: TCP_FLAGS.ack, data }),
  ],
  ['UDP', 17, (data: Uint8Array) => udpPacket(LINE, data)],
] as const)(
  '%s: length, protocol, addresses, ports and checksums are right',
  (_, protocol, make) => {
    for (const length of [0, 1, 2, 1000]) {
      const packet = make(new Uint8Array(length).fill(0xa5))
      const view = new DataView(packet.buffer, packet.byteOffset)
      expect(view.getUint16(2)).toBe(packet.length)
      expect(packet[9]).toBe(protocol)
      expect([view.getUint16(20), view.getUint16(22)]).toEqual([40_000, 3868])
      expect(sumOf(packet.subarray(0, 20))).toBe(0xffff)
      const payload = packet.subarray(20)
      const pseudo = [packet.subarray(12, 20), Uint8Array.of(0, protocol, 0, 0)]
      const size = Uint8Array.of(payload.length >> 8, payload.length & 255)
      expect(sumOf(...pseudo, size, payload)).toBe(0xffff)
    }
  },
)

test('what does not fit is refused', () => {
  expect(() => udpPacket(LINE, new Uint8Array(65_508))).toThrow(RangeError)
})
