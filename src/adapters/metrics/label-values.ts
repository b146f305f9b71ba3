/** Values of a label that peers have a hand in: so many, and no more, whatever a peer sends. Design 11 */

/** Of one label; far more than a specification has names or results. */
const MAX_VALUES = 200
const MAX_LENGTH = 64
/** In place of all others. */
export const OTHER = 'other'

/** @returns A function that gives a value back, or `other` once there are too many, and for a long one. */
export function createLabelValues(): (value: string) => string {
  const known = new Set<string>()
  return (value) => {
    if (known.has(value)) return value
    if (known.size >= MAX_VALUES || value.length > MAX_LENGTH) return OTHER
    known.add(value)
    return value
  }
}
