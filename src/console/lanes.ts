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

/**
 * @param entities Names as they came. @param roleOf The role of who is called by an EntityID.
 * @returns The same, each once, from left to right.
 */
export function orderLanes(
  entities: Iterable<string>,
  roleOf: (entity: string) => string | undefined = () => undefined,
): readonly string[] {
  const placeOf = (name: string): number => {
    const found = ORDER.findIndex((pattern) => pattern.test(name))
    return found < 0 ? ORDER.length : found
  }
  const rank = (name: string): number => Math.min(placeOf(name), placeOf(roleOf(name) ?? ''))
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

/** Between two vowels: before one consonant, and behind the first of more. */
const SYLLABLE = /([aeiouy])((?:[^aeiouy\s-](?=[^aeiouy\s-]))?)(?=[^aeiouy\s-]+[aeiouy])/gi

/** A name whose long words may be broken, with a hyphen, where a column is narrow. */
export function withBreaks(name: string): string {
  return name.replace(/\b[a-z]{8,}\b/gi, (word) => word.replace(SYLLABLE, '$1$2\u00ad'))
}

/** Pixels of the page that an entity's column needs at least, to be read. */
const LEAST_LANE = 50

/** Whether the ladder is drawn with columns; where there is no room for them, each row names its ends. */
export function hasRoomForLanes(lanes: number, width: number): boolean {
  return width === 0 || width / Math.max(1, lanes) >= LEAST_LANE
}
