/** Text of others on a terminal: it must not move the cursor, end a line, or turn what follows around. */

/** What a terminal could take as a command, or as the end of a line. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
/** The same but for what we write ourselves: colours, and lines of their own. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}]/gu

/** With `\u{…}` in place of each control character. */
export function harmless(text: string): string {
  return text.replaceAll(CONTROL, escaped)
}

/** The same for lines of our own with names of others in them, which hold no control character. */
export function harmlessLine(line: string): string {
  return line.replaceAll(INVISIBLE, escaped)
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `\\u{${code.toString(16)}}`
}
