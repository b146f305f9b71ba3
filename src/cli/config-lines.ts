/** What `cpns config show` says to a person: key, value and source, in 80 columns. */
import type { EffectiveValue } from './config-show.ts'
import { TABLE_COLUMNS } from './wrap-text.ts'

const GAP = '  '

/**
 * A line a value. One that has no room stands below its key, a list with each of its values on a line of its
 * own; a value that is longer than a line stays whole.
 */
export function linesOfValues(values: readonly EffectiveValue[]): readonly string[] {
  const widthOf = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length))
  const keyWidth = widthOf(values.map(({ key }) => key))
  const fromWidth = widthOf(values.map(({ from }) => from))
  const room = TABLE_COLUMNS - keyWidth - fromWidth - 2 * GAP.length
  const texts = values.map(({ value }) => (value === null ? '-' : JSON.stringify(value)))
  const valueWidth = widthOf(texts.filter(({ length }) => length <= room))
  return values.flatMap(({ key, value, from }, index) => {
    const [text = '', start] = [texts[index], key.padEnd(keyWidth)]
    if (text.length <= room) return [[start, text.padEnd(valueWidth), from].join(GAP)]
    const parts = Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : [text]
    return [`${start}${GAP}${from}:`, ...parts.map((part) => `${GAP}${GAP}${part}`)]
  })
}
