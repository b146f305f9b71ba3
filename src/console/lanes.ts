/** The ladder's columns: one an entity, in the order in which a message travels. Design 11 */

/** From the device to the network; who is not named here comes last, in the order of appearance. */
const ORDER: readonly RegExp[] = [
  /^PNE\b/,
  /PN GW$/,
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
