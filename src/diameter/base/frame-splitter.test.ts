import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatOctets, fromHex, toHex } from '../../octets/octets.ts'
import { failureOf } from './diameter.fixture.ts'
import { DiameterFailure } from './diameter-failure.ts'
import { createFrameSplitter } from './frame-splitter.ts'
import { MAX_MESSAGE_OCTETS } from './message.ts'

/** A message of `length` octets, as far as the splitter looks at it. */
function frame(length: number, fill = 0xab): Uint8Array {
  const octets = new Uint8Array(length).fill(fill)
  octets.set([1, length >> 16, (length >> 8) & 0xff, length & 0xff])
  return octets
}

const hexOf = (frames: readonly Uint8Array[]): string[] => frames.map(toHex)

describe('messages in a stream', () => {
  const FRAMES = [frame(20, 1), frame(400, 2), frame(24, 3), frame(MAX_MESSAGE_OCTETS, 4)]
  const STREAM = concatOctets(...FRAMES)
  const HEX = hexOf(FRAMES)

  test('all in one piece', () => {
    const splitter = createFrameSplitter()
    expect(hexOf(splitter.push(STREAM))).toEqual(hexOf(FRAMES))
    expect(splitter.isWaiting).toBe(false)
  })

  test('octet by octet', () => {
    const splitter = createFrameSplitter()
    const got = Array.from(STREAM.subarray(0, 444), (octet) => splitter.push(Uint8Array.of(octet)))
    expect(hexOf(got.flat())).toEqual(hexOf(FRAMES.slice(0, 3)))
    expect(got[19]).toHaveLength(1)
    expect(splitter.isWaiting).toBe(false)
  })

  test('cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 12 }), (cuts) => {
        const splitter = createFrameSplitter()
        const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length]
        const got = at.slice(1).flatMap((end, n) => splitter.push(STREAM.subarray(at[n], end)))
        expect(hexOf(got)).toEqual(HEX)
      }),
      { seed: 20260101, numRuns: 50 },
    )
  })

  test('half a message is waited for, and known to be half', () => {
    const splitter = createFrameSplitter()
    expect(splitter.isWaiting).toBe(false)
    expect(splitter.push(frame(40).subarray(0, 39))).toEqual([])
    expect(splitter.isWaiting).toBe(true)
    expect(splitter.push(Uint8Array.of(0xab))).toEqual([frame(40)])
  })
})

describe('what is no stream of messages', () => {
  test.each([
    ['length 0', '01000000', 5015],
    ['16 MB', '01ffffff', 5015],
    ['over 64 KiB', '01010004', 5015],
    ['no multiple of four', '01000016', 5015],
    ['HTTP', toHex(Uint8Array.from('GET / HTTP/1.1', (c) => c.charCodeAt(0))), 5011],
    ['a TLS ClientHello', '160301007a', 5011],
  ])('%s fails at its fourth octet', (_case, hex, resultCode) => {
    const octets = fromHex(hex)
    const splitter = createFrameSplitter()
    expect(splitter.push(octets.subarray(0, 3))).toEqual([])
    expect(failureOf(() => splitter.push(octets.subarray(3))).resultCode).toBe(resultCode)
  })

  test('what begins with the wrong message is there for an answer to it', () => {
    const splitter = createFrameSplitter()
    const wrong = fromHex(`02000014${'00'.repeat(16)}`)
    expect(failureOf(() => splitter.push(concatOctets(frame(24), wrong))).resultCode).toBe(5011)
    expect(splitter.broken).toEqual(wrong)
  })

  test('random octets give frames or a failure, and never more than came', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 6 }), (pieces) => {
        const splitter = createFrameSplitter()
        try {
          const got = pieces.flatMap((piece) => splitter.push(piece))
          expect(concatOctets(...got).length).toBeLessThanOrEqual(concatOctets(...pieces).length)
        } catch (error) {
          expect(error).toBeInstanceOf(DiameterFailure)
        }
      }),
      { seed: 20260101, numRuns: 1_000 },
    )
  })
})
