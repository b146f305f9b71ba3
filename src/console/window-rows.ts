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
