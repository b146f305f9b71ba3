/** The live ladder: one row a message, one column an entity; only the rows in sight are drawn. Design 11 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { LadderFilter } from './ladder-filter.tsx'
import { LadderRow, ROW_HEIGHT } from './ladder-row.tsx'
import type { PageState } from './page-state.ts'
import { isAtEnd, rowsInWindow } from './window-rows.ts'

const KEYS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 20,
  PageUp: -20,
  End: Number.POSITIVE_INFINITY,
  Home: Number.NEGATIVE_INFINITY,
}

/** Filter, heads of the columns, and the rows in a box of their own that scrolls. */
export function LadderView({ page }: { page: PageState }) {
  const lanes = page.lanes.value
  return (
    <>
      <div class="wires-head">
        <h2 id="wires-title">Messages</h2>
        <LadderFilter page={page} />
      </div>
      <div class="lanes" style={{ '--lanes': Math.max(1, lanes.length) }} aria-hidden="true">
        <span>UTC</span>
        {lanes.map((name) => (
          <span key={name} title={name}>
            {name}
          </span>
        ))}
      </div>
      <Rows page={page} lanes={lanes} />
    </>
  )
}

function Rows({ page, lanes }: { page: PageState; lanes: readonly string[] }) {
  void page.logVersion.value
  const box = useRef<HTMLDivElement>(null)
  const [scrollTop, setScrollTop] = useState(0)
  const viewHeight = useHeight(box)
  const isFollowing = useRef(true)
  const droppedBefore = useRef(0)
  const { shown, dropped } = page.log
  const list = { rowCount: shown.length, rowHeight: ROW_HEIGHT, scrollTop, viewHeight }

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const gone = Math.max(0, dropped - droppedBefore.current)
    droppedBefore.current = dropped
    if (isFollowing.current) element.scrollTop = shown.length * ROW_HEIGHT
    // What went from the front must not move what is being read.
    else if (gone > 0) element.scrollTop -= gone * ROW_HEIGHT
  })

  const onScroll = (): void => {
    const top = box.current?.scrollTop ?? 0
    isFollowing.current = isAtEnd({ ...list, scrollTop: top })
    setScrollTop(top)
  }
  const selectedSeq = page.selected.value?.seq
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = KEYS[event.key]
    if (step === undefined || shown.length === 0) return
    event.preventDefault()
    const at = shown.findIndex(({ seq }) => seq === selectedSeq)
    const start = at < 0 ? shown.length : at
    const next = Math.min(shown.length - 1, Math.max(0, start + step))
    page.selected.value = shown[next]
    bringIntoView(box.current, next)
  }
  const { from, to } = rowsInWindow(list)
  return (
    <div
      ref={box}
      class="rows"
      role="listbox"
      tabIndex={0}
      aria-labelledby="wires-title"
      aria-activedescendant={selectedSeq === undefined ? undefined : `event-${selectedSeq}`}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div class="rows-inner" style={{ height: `${shown.length * ROW_HEIGHT}px` }}>
        {shown.slice(from, to).map((event, n) => (
          <LadderRow
            key={event.seq}
            event={event}
            lanes={lanes}
            row={from + n}
            rowCount={shown.length}
            isSelected={event.seq === selectedSeq}
            onSelect={() => {
              page.selected.value = event
            }}
          />
        ))}
      </div>
      {shown.length === 0 && <p class="nothing waiting">No message yet.</p>}
    </div>
  )
}

/** Height of an element in pixels of the page, as it changes. */
function useHeight(element: { readonly current: HTMLElement | null }): number {
  const [height, setHeight] = useState(400)
  useEffect(() => {
    if (element.current === null) return undefined
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setHeight(entry.contentRect.height)
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return height
}

function bringIntoView(box: HTMLElement | null, row: number): void {
  if (box === null) return
  const top = row * ROW_HEIGHT
  if (top < box.scrollTop) box.scrollTop = top
  else if (top + ROW_HEIGHT > box.scrollTop + box.clientHeight) {
    box.scrollTop = top + ROW_HEIGHT - box.clientHeight
  }
}
