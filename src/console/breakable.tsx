/** Long names and ids that go on in the next line where a person would break them, and are copied whole. */
import type { ComponentChildren } from 'preact'

/** Behind what separates; and within what has no such sign, as hexadecimal ids. */
const PIECE = /[^@.:/=-]{1,16}[@.:/=-]*|[@.:/=-]+/g

/** @returns The same text with places where a line may end: HTML Living Standard 4.5.28. */
export function breakable(text: string): ComponentChildren {
  const pieces = text.match(PIECE) ?? []
  return pieces.length < 2
    ? text
    : pieces.flatMap((piece, n) => (n === 0 ? [piece] : [<wbr key={n} />, piece]))
}
