/** The live ladder: one row a message, one column an entity; only the rows in sight are drawn. Design 11 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ConsoleEvent } from '../adapters/console/console-protocol.ts'
import { Counts, LadderFilter } from './ladder-filter.tsx'
import { LadderRow, LIST_ROW_HEIGHT, ROW_HEIGHT } from './ladder-row.tsx'
import { hasRoomForLanes, shortName, withBreaks } from './lanes.ts'
import type { PageState } from './page-state.ts'
import { isNarrow, useSize } from './use-size.ts'
import { isAtEnd, placeOf, rowsInWindow } from './window-rows.ts'

const KEYS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 20,
  PageUp: -20,
  End: Number.POSITIVE_INFINITY,
  Home: Number.NEGATIVE_INFINITY,
}
/** What is drawn until the page knows better. */
const GUESS = { width: 0, height: 400 }
/** Pixels of the page before the first lane; the same in console.css. */
const TIME_WIDTH = 104

/** Filter, heads of the columns, and the rows in a box of their own that scrolls. */
export function LadderView({ page }: { page: PageState }) {
  const box = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(box, GUESS)
  const lanes = page.lanes.value
  const isList = !hasRoomForLanes(lanes.length, width === 0 ? 0 : width - TIME_WIDTH)
  return (
    <>
      <div class="wires-head">
        <h2 id="wires-title">Messages</h2>
        <Counts page={page} />
        <LadderFilter page={page} />
      </div>
      {!isList && <Heads page={page} />}
      <div ref={box} class={isList ? 'rows-box as-list' : 'rows-box'}>
        <Rows page={page} isList={isList} viewHeight={height} />
      </div>
    </>
  )
}

function Heads({ page }: { page: PageState }) {
  const lanes = page.lanes.value
  return (
    <div class="lanes" style={{ '--lanes': Math.max(1, lanes.length) }} aria-hidden="true">
      <span>UTC</span>
      {lanes.map((name) => (
        <span key={name} title={name}>
          <small>{roleBefore(name, page)} </small>
          {withBreaks(shortName(name))}
        </span>
      ))}
    </div>
  )
}

/** What the name of an entity does not say itself. */
function roleBefore(name: string, { roleOf }: PageState): string {
  const role = roleOf(name)
  return role === undefined || name.includes(role) ? '' : role
}

function Rows(rows: { page: PageState; isList: boolean; viewHeight: number }) {
  const { page, isList, viewHeight } = rows
  void page.logVersion.value
  const box = useRef<HTMLDivElement>(null)
  const rowHeight = isList ? LIST_ROW_HEIGHT : ROW_HEIGHT
  const { shown } = page.log
  const { scrollTop, onScroll } = useScroll(box, page, rowHeight)
  const selectedSeq = page.selected.value?.seq
  const choose = (row: number): void => {
    page.selected.value = shown[row]
    const list = { rowCount: shown.length, rowHeight, viewHeight }
    const top = bringIntoView(box.current, row, rowHeight)
    // Before the page is drawn anew, which would lead back to the newest.
    if (top !== undefined) page.isFollowing.value = isAtEnd({ ...list, scrollTop: top })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') detailsTitle()?.focus()
    const row = rowByKey(event.key, placeOf(shown, selectedSeq), shown.length)
    if (row === undefined) return
    event.preventDefault()
    choose(row)
  }
  const onClick = (event: MouseEvent): void => {
    const row = rowOf(event)
    if (row === undefined) return
    choose(row)
    // On a small screen the message is below the list.
    if (isNarrow()) detailsTitle()?.parentElement?.scrollIntoView()
  }
  const { from, to } = rowsInWindow({ rowCount: shown.length, rowHeight, scrollTop, viewHeight })
  const drawn = shown.slice(from, to)
  return (
    <>
      <div
        ref={box}
        class="rows"
        role="listbox"
        tabIndex={0}
        aria-labelledby="wires-title"
        aria-activedescendant={idOf(drawn.find(({ seq }) => seq === selectedSeq))}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div
          class="rows-inner"
          role="presentation"
          style={{ height: `${shown.length * rowHeight}px` }}
        >
          {drawn.map((event, n) => (
            <LadderRow
              key={event.seq}
              event={event}
              lanes={page.lanes.value}
              isList={isList}
              row={from + n}
              rowCount={event.seq === selectedSeq ? shown.length : -1}
              isSelected={event.seq === selectedSeq}
            />
          ))}
        </div>
      </div>
      <span class="focus-ring" />
      {shown.length === 0 && <p class="nothing waiting">{whyNothing(page)}</p>}
    </>
  )
}

function rowOf(event: MouseEvent): number | undefined {
  const row = (event.target as Element).closest<HTMLElement>('.row')?.dataset.row
  return row === undefined ? undefined : Number(row)
}

/** The row that a key leads to; `undefined` if it leads nowhere. @param at The row now, or -1. */
function rowByKey(key: string, at: number, rowCount: number): number | undefined {
  const step = KEYS[key]
  if (step === undefined || rowCount === 0) return undefined
  return Math.min(rowCount - 1, Math.max(0, (at < 0 ? rowCount : at) + step))
}

/** Follows what comes while the list stands at its end, and else leaves in place what is being read. */
function useScroll(
  box: { readonly current: HTMLElement | null },
  page: PageState,
  rowHeight: number,
) {
  const [scrollTop, setScrollTop] = useState(0)
  const isFollowing = page.isFollowing.value
  const droppedBefore = useRef(0)
  const heightBefore = useRef(0)
  const { shown, dropped } = page.log

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const gone = Math.max(0, dropped - droppedBefore.current)
    droppedBefore.current = dropped
    heightBefore.current = element.clientHeight
    if (isFollowing) element.scrollTop = shown.length * rowHeight
    // What went from the front must not move what is being read.
    else if (gone > 0) element.scrollTop -= gone * rowHeight
  })

  const onScroll = (): void => {
    const { scrollTop: top = 0, clientHeight = 0 } = box.current ?? {}
    const list = { rowCount: shown.length, rowHeight, scrollTop: top, viewHeight: clientHeight }
    // A window that has become smaller is no wish to stand still.
    if (clientHeight === heightBefore.current) page.isFollowing.value = isAtEnd(list)
    setScrollTop(top)
  }
  return { scrollTop, onScroll }
}

function whyNothing({ log, isPaused }: PageState): string {
  if (log.size > 0) return 'No message fits the filter.'
  return isPaused.value ? 'Paused; no message yet.' : 'No message yet.'
}

function detailsTitle(): HTMLElement | null {
  return document.getElementById('details-title')
}

function idOf(event: ConsoleEvent | undefined): string | undefined {
  return event && `event-${event.seq}`
}

/** @returns Where the list stands now, if it had to be moved. */
function bringIntoView(
  box: HTMLElement | null,
  row: number,
  rowHeight: number,
): number | undefined {
  if (box === null) return undefined
  const top = row * rowHeight
  const isAbove = top < box.scrollTop
  if (!isAbove && top + rowHeight <= box.scrollTop + box.clientHeight) return undefined
  box.scrollTop = isAbove ? top : top + rowHeight - box.clientHeight
  return box.scrollTop
}
