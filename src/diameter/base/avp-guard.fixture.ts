/** What must hold for each AVP of each command: the matrix of wrong AVPs. RFC 6733 4.1, 7.1.5 */
import { expect } from 'vitest'
import type { Avp } from './avp.ts'
import { octetsOfAvps } from './avp-codec.ts'
import { expectEachTruncationRefused, failureOf } from './diameter.fixture.ts'
import { type DiameterMessage, decodeMessage, encodeMessage, HEADER_OCTETS } from './message.ts'

/** A message that is right, and what its specification says about its AVPs. */
export interface GuardedMessage {
  /** Each AVP once. */
  readonly message: DiameterMessage
  readonly read: (message: DiameterMessage) => unknown
  /** Codes of those that must be there. */
  readonly required: readonly number[]
  /** Codes of those that may stand there twice. */
  readonly repeated: readonly number[]
}

const OVERSIZED = new Uint8Array(65_000)
const FOREIGN_VENDOR = 9_999
const AVP_FLAGS_AT = 4
const RESERVED_FLAG = 0x01

/** Each AVP missing, doubled, oversized, of another vendor, without M, with a reserved flag; truncations. */
export function expectEachAvpGuarded(guarded: GuardedMessage): void {
  const { message, read } = guarded
  const codes = message.avps.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  expect(codes).toEqual(expect.arrayContaining([...guarded.required]))
  expectEachTruncationRefused(encodeMessage(message), (part) => read(decodeMessage(part)))
  for (const index of message.avps.keys()) {
    expectOccurrenceGuarded(guarded, index)
    expectFlagsGuarded(guarded, index)
    const oversized = withAvps(message, index, ({ code, vendorId, mandatory }) => [
      { code, vendorId, mandatory, data: OVERSIZED },
    ])
    expectFailure(() => read(oversized), 5014, codes[index])
  }
}

function expectOccurrenceGuarded(guarded: GuardedMessage, index: number): void {
  const { message, read, required, repeated } = guarded
  const code = message.avps[index]?.code ?? 0
  const missing = () => read(withAvps(message, index, () => []))
  if (required.includes(code)) expectFailure(missing, 5005, code)
  else expect(missing, `AVP ${code} missing`).not.toThrow()
  const doubled = () => read(withAvps(message, index, (avp) => [avp, avp]))
  if (repeated.includes(code)) expect(doubled, `AVP ${code} doubled`).not.toThrow()
  else expectFailure(doubled, 5009, code)
}

function expectFlagsGuarded({ message, read }: GuardedMessage, index: number): void {
  const code = message.avps[index]?.code
  const foreign = withAvps(message, index, (avp) => [
    { ...avp, vendorId: FOREIGN_VENDOR, mandatory: true },
  ])
  expectFailure(() => read(foreign), 5001, code)
  const relaxed = withAvps(message, index, (avp) => [{ ...avp, mandatory: false }])
  expect(read(relaxed), `AVP ${code} without M`).toEqual(read(message))
  const octets = encodeMessage(message)
  const at = HEADER_OCTETS + octetsOfAvps(message.avps.slice(0, index)) + AVP_FLAGS_AT
  octets[at] = (octets[at] ?? 0) | RESERVED_FLAG
  expectFailure(() => decodeMessage(octets), 3009, code)
}

/** The message with other AVPs in the place of one. */
function withAvps(
  message: DiameterMessage,
  index: number,
  change: (avp: Avp) => readonly Avp[],
): DiameterMessage {
  const avps = message.avps.flatMap((avp, at) => (at === index ? change(avp) : [avp]))
  return { ...message, avps }
}

/** Result-Code and Failed-AVP. */
function expectFailure(decode: () => unknown, resultCode: number, code: number | undefined): void {
  const { resultCode: found, failedAvp } = failureOf(decode)
  expect([found, failedAvp?.code]).toEqual([resultCode, code])
}
