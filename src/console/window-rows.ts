/** Which rows of a long list are drawn: those that can be seen, and a few around them. */

/** A list of rows of one height, seen through a window. Lengths are pixels of the page. */
export interface ListWindow {
  readonly rowCount: number
  readonly rowHeight: number
  readonly scrollTop: number
  readonly viewHeight: number
}

/** Rows beyond either edge that are drawn too, so that scrolling shows no gap. */
const OVERSCAN = 8

/** @returns First row, and the row after the last. */
export function rowsInWindow({ rowCount, rowHeight, scrollTop, viewHeight }: ListWindow): {
  readonly from: number
  readonly to: number
} {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight)
  const visible = Math.ceil(viewHeight / rowHeight)
  const from = Math.max(0, Math.min(first, rowCount) - OVERSCAN)
  return { from, to: Math.min(rowCount, first + visible + OVERSCAN) }
}

/** Whether the window stands at the end, so that new rows should stay in sight. */
export function isAtEnd({ rowCount, rowHeight, scrollTop, viewHeight }: ListWindow): boolean {
  return scrollTop + viewHeight >= rowCount * rowHeight - rowHeight
}

/** @param rows In the order of their numbers. @returns The place of a number, or -1. */
export function placeOf(
  rows: readonly { readonly seq: number }[],
  seq: number | undefined,
): number {
  let from = 0
  let to = rows.length
  if (seq === undefined) return -1
  while (from < to) {
    const middle = (from + to) >>> 1
    const found = rows[middle]?.seq ?? 0
    if (found === seq) return middle
    if (found < seq) from = middle + 1
    else to = middle
  }
  return -1
}
