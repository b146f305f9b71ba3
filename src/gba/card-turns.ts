/** A card does one thing at a time: whoever uses it takes turns. TS 102 221 7 */

/** Does one piece of work with the card after the other, in the order in which they were asked for. */
export type CardTurns = <T>(work: () => Promise<T>) => Promise<T>

/** The turns of one card; work that fails leaves the turn to the next. */
export function createCardTurns(): CardTurns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work, work)
    last = done.catch(() => {})
    return done
  }
}
