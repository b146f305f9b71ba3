/** One row of the ladder: an arrow from lane to lane, or a note at its lane. */
import type { ConsoleEvent } from '../adapters/console/console-protocol.ts'
import { clockText } from './time-text.ts'

/** Pixels of the page, of every row; the same in console.css. */
export const ROW_HEIGHT = 30

/** What a row is given. */
export interface LadderRowProps {
  readonly event: ConsoleEvent
  readonly lanes: readonly string[]
  /** Place in the list, from 0. */
  readonly row: number
  readonly rowCount: number
  readonly isSelected: boolean
  readonly onSelect: () => void
}

/** Absolutely placed, so that nothing that comes later moves it. */
export function LadderRow({ event, lanes, row, rowCount, isSelected, onSelect }: LadderRowProps) {
  const { seq, item } = event
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox has the keys
    <div
      id={`event-${seq}`}
      class="row"
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      aria-posinset={row + 1}
      aria-setsize={rowCount}
      style={{ transform: `translateY(${row * ROW_HEIGHT}px)`, '--lanes': lanes.length }}
      onClick={onSelect}
    >
      <time>{clockText(item.atMs)}</time>
      {item.kind === 'note' ? (
        <Note entity={item.entity} text={item.text} lanes={lanes} />
      ) : (
        <Arrow item={item} lanes={lanes} />
      )}
    </div>
  )
}

type Message = Extract<ConsoleEvent['item'], { kind: 'message' }>

function Arrow({ item, lanes }: { item: Message; lanes: readonly string[] }) {
  const from = lanes.indexOf(item.from)
  const to = lanes.indexOf(item.to)
  const left = Math.min(from, to)
  const span = Math.abs(to - from)
  return (
    <span
      class={`arrow point-${item.point} ${to < from ? 'to-left' : 'to-right'}`}
      style={{ '--left': left, '--span': span }}
    >
      <span class="ends">
        {item.from} → {item.to}
      </span>
      <span class="label">
        <b>{item.message}</b> <small>{item.point}</small>
      </span>
      <i aria-hidden="true" />
    </span>
  )
}

function Note(note: { entity: string; text: string; lanes: readonly string[] }) {
  const { entity, text, lanes } = note
  return (
    <span class="note" style={{ '--left': Math.max(0, lanes.indexOf(entity)) }}>
      <span class="label">
        <b>{entity}</b> {text}
      </span>
    </span>
  )
}
