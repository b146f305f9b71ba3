/** The answer to reset of a card that speaks T=0. ISO/IEC 7816-3 8.2, TS 102 221 6.3 */

const FORMAT_AT = 1
const TD_FOLLOWS = 0x8
const INTERFACE_OCTETS = [0x1, 0x2, 0x4]

/**
 * What is wrong with an ATR, for who wrote it into a profile: a reader would refuse it, or speak another
 * protocol with the card than it understands.
 *
 * @param atr The whole of it, with its check octet, if it has one.
 * @returns `undefined` if nothing is.
 */
export function faultOfAtr(atr: Uint8Array): string | undefined {
  const format = atr[FORMAT_AT] ?? 0
  const protocols: number[] = []
  let at = FORMAT_AT + 1
  for (let present = format >> 4; ; ) {
    at += INTERFACE_OCTETS.filter((bit) => (present & bit) !== 0).length
    if ((present & TD_FOLLOWS) === 0) break
    const td = atr[at++]
    if (td === undefined) return 'an ATR that is cut short'
    protocols.push(td & 0x0f)
    present = td >> 4
  }
  const hasCheck = protocols.some((protocol) => protocol !== 0)
  const length = at + (format & 0x0f) + Number(hasCheck)
  if (atr.length !== length) return `an ATR of ${atr.length} octets that says it has ${length}`
  if (hasCheck && atr.subarray(FORMAT_AT).reduce((sum, octet) => sum ^ octet, 0) !== 0) {
    return 'an ATR whose check octet is wrong'
  }
  const [first = 0] = protocols
  return first === 0 ? undefined : `an ATR of T=${first}, but the card speaks T=0`
}
