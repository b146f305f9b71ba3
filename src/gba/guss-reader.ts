/** GUSS documents that were read lately: that of a subscriber comes with each vector, and seldom changes. */
import { type Guss, parseGuss } from './guss.ts'

/** As `parseGuss`. */
export type GussReader = (xml: string) => Guss

/** Texts kept, in characters, with those of the documents themselves: 4 MiB. */
const MOST_CHARACTERS = 2 * 1024 * 1024

/** A reader that remembers documents; when it holds too much it begins anew. */
export function createGussReader(mostCharacters = MOST_CHARACTERS): GussReader {
  const known = new Map<string, Guss>()
  let characters = 0
  return (xml) => {
    const found = known.get(xml)
    if (found !== undefined) return found
    const guss = parseGuss(xml)
    if (characters + xml.length > mostCharacters) {
      known.clear()
      characters = 0
    }
    known.set(xml, guss)
    characters += xml.length
    return guss
  }
}
