/** Names of HTTP/1.1 headers as their registry spells them. RFC 9110 5.1 */

/** Words that are not only a capital and small letters. */
const WORDS: Readonly<Record<string, string>> = { www: 'WWW', '3gpp': '3GPP', gba: 'GBA' }
const SPELLED = new Map<string, string>()
/** Names that a peer could choose must not fill the memory. */
const MOST_SPELLED = 256

/**
 * `www-authenticate` is `WWW-Authenticate`, as the specifications of Ub and Ua print it. A name counts
 * whatever its case, but programs that look for the printed one are in use.
 *
 * @param name In lower case, as everywhere inside.
 */
export function spellHeader(name: string): string {
  const known = SPELLED.get(name)
  if (known !== undefined) return known
  const spelled = name.split('-').map(spellWord).join('-')
  if (SPELLED.size < MOST_SPELLED) SPELLED.set(name, spelled)
  return spelled
}

function spellWord(word: string): string {
  return WORDS[word] ?? word.charAt(0).toUpperCase() + word.slice(1)
}
