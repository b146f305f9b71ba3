/** The ladder's columns: one an entity, in the order in which a message travels. Design 11 */

/** From the device to the network; who is not named here comes last, in the order of appearance. */
const ORDER: readonly RegExp[] = [
  /^PNE\b/,
  /\bPN GW\b/,
  /^(USIM|ISIM|CSIM|UICC)/,
  /^CPNS Server$/,
  /^BSF$/,
  /^HSS$/,
  /^application/,
]

/** @param entities Names as they came. @returns The same, each once, from left to right. */
export function orderLanes(entities: Iterable<string>): readonly string[] {
  const rank = (name: string): number => {
    const found = ORDER.findIndex((pattern) => pattern.test(name))
    return found < 0 ? ORDER.length : found
  }
  return [...new Set(entities)].sort((a, b) => rank(a) - rank(b))
}

const LONGEST_NAME = 18
const HEAD = 6
const TAIL = 6

/** An EntityID where there is little room: what tells it from others. The whole stands where it is opened. */
export function shortName(name: string): string {
  if (name.length <= LONGEST_NAME) return name
  const rest = name.replace(/^urn:(?:uuid:)?/, '')
  return rest.length <= LONGEST_NAME ? rest : `${rest.slice(0, HEAD)}…${rest.slice(-TAIL)}`
}

/** A name whose long words may be broken in the middle, with a hyphen, where a column is narrow. */
export function withBreaks(name: string): string {
  return name.replace(/[^\s-]{8,}/g, (word) => {
    const middle = Math.ceil(word.length / 2)
    return `${word.slice(0, middle)}\u00ad${word.slice(middle)}`
  })
}

/** Pixels of the page that an entity's column needs at least, to be read. */
const LEAST_LANE = 50

/** Whether the ladder is drawn with columns; where there is no room for them, each row names its ends. */
export function hasRoomForLanes(lanes: number, width: number): boolean {
  return width === 0 || width / Math.max(1, lanes) >= LEAST_LANE
}
