import { expect, test } from 'vitest'
import { fromHex, toHex } from '../../octets/octets.ts'
import { createVpcdFrameDecoder, encodeVpcdFrame } from './vpcd-frames.ts'

const STREAM = fromHex(
  `000100 000101 000102 000104 0007 00a40004023f00 000103 0000`.replace(/ /g, ''),
)
const FRAMES = ['off', 'on', 'reset', 'send-atr', '00a40004023f00', '03', '']

function framesOf(parts: readonly Uint8Array[]): string[] {
  const decoder = createVpcdFrameDecoder()
  return parts
    .flatMap((part) => decoder.push(part))
    .map((frame) => (frame.kind === 'command' ? toHex(frame.command) : frame.kind))
}

test('controls and commands, all at once', () => {
  expect(framesOf([STREAM])).toEqual(FRAMES)
})

test('octet by octet, and cut at every point', () => {
  expect(framesOf(Array.from(STREAM, (octet) => Uint8Array.of(octet)))).toEqual(FRAMES)
  for (let at = 0; at <= STREAM.length; at++) {
    expect(framesOf([STREAM.subarray(0, at), STREAM.subarray(at)])).toEqual(FRAMES)
  }
})

test('what is not complete gives nothing', () => {
  for (let length = 0; length < 4; length++) {
    expect(framesOf([fromHex('0002a0b0').subarray(0, length)])).toEqual([])
  }
})

test('the longest frame', () => {
  const longest = new Uint8Array(65_535).fill(0xa5)
  expect(framesOf([encodeVpcdFrame(longest)])).toEqual([toHex(longest)])
  expect(() => encodeVpcdFrame(new Uint8Array(65_536))).toThrow(RangeError)
})

test('an answer has its length in front', () => {
  expect(toHex(encodeVpcdFrame(fromHex('9000')))).toBe('00029000')
})
