/** What is written in lines of a terminal. */

/** Columns of the narrowest terminal that tables are made for. */
export const TABLE_COLUMNS = 80

/** Lines of so many columns at most, each behind the indent; a word that is longer than a line stays whole. */
export function wrapText(
  text: string,
  indent = '',
  columns: number = TABLE_COLUMNS,
): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && indent.length + longer.length > columns) {
      lines.push(indent + line)
      line = word
    } else line = longer
  }
  return [...lines, indent + line]
}

/** Two parts on one line if 80 columns have room for both, else the second behind an indent of its own. */
export function lineOrTwo(first: string, second: string, indent = '        '): readonly string[] {
  const line = `${first}  ${second}`
  return line.length <= TABLE_COLUMNS ? [line] : [first, `${indent}${second}`]
}

/** A time for a person, in ISO 8601 without the milliseconds, which programs get. */
export function shownTime(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z')
}
