/** One row of the ladder: an arrow from lane to lane, or a note; where lanes have no room, words. */
import { Component } from 'preact'
import type { ConsoleEvent } from '../adapters/console/console-protocol.ts'
import { shortName } from './lanes.ts'
import { clockText } from './time-text.ts'

/** Pixels of the page, of every row with lanes; the same in console.css. */
export const ROW_HEIGHT = 30
/** Of every row without them: two lines, and wide enough for a finger. */
export const LIST_ROW_HEIGHT = 48

/** What a row is given. */
export interface LadderRowProps {
  readonly event: ConsoleEvent
  readonly lanes: readonly string[]
  /** Without lanes. */
  readonly isList: boolean
  /** Place in the list, from 0. */
  readonly row: number
  /** How many there are; -1: who does not look at this row need not know. WAI-ARIA 1.2 6.6 */
  readonly rowCount: number
  readonly isSelected: boolean
}

/** Absolutely placed, so that nothing that comes later moves it; drawn anew only if it changes itself. */
export class LadderRow extends Component<LadderRowProps> {
  override shouldComponentUpdate(next: LadderRowProps): boolean {
    const names = Object.keys(next) as (keyof LadderRowProps)[]
    return names.some((name) => next[name] !== this.props[name])
  }

  override render() {
    const { event, lanes, isList, row, rowCount, isSelected } = this.props
    const { seq, item } = event
    const top = row * (isList ? LIST_ROW_HEIGHT : ROW_HEIGHT)
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: the listbox has the focus, and says which row is active
      <div
        id={`event-${seq}`}
        class="row"
        role="option"
        data-row={row}
        aria-selected={isSelected}
        aria-posinset={row + 1}
        aria-setsize={rowCount}
        style={{ transform: `translateY(${top}px)`, '--lanes': Math.max(1, lanes.length) }}
      >
        <time>{clockText(item.atMs)}</time>
        {item.kind === 'note' ? (
          <Note entity={item.entity} text={item.text} lanes={isList ? [] : lanes} />
        ) : (
          <Arrow item={item} lanes={isList ? [] : lanes} />
        )}
      </div>
    )
  }
}

type Message = Extract<ConsoleEvent['item'], { kind: 'message' }>

function Arrow({ item, lanes }: { item: Message; lanes: readonly string[] }) {
  const from = Math.max(0, lanes.indexOf(item.from))
  const to = Math.max(0, lanes.indexOf(item.to))
  return (
    <span
      class={`arrow point-${item.point} ${to < from ? 'to-left' : 'to-right'}`}
      style={{ '--left': Math.min(from, to), '--span': Math.abs(to - from) }}
    >
      <span class="label">
        <b>{item.message}</b> <small>{item.point}</small>
      </span>
      <span class="ends">
        {shortName(item.from)} → {shortName(item.to)}
      </span>
      <i aria-hidden="true" />
    </span>
  )
}

/** Beside its entity, on the side that has more room. */
function Note(note: { entity: string; text: string; lanes: readonly string[] }) {
  const { entity, text, lanes } = note
  const at = Math.max(0, lanes.indexOf(entity))
  return (
    <span class={at < lanes.length / 2 ? 'note' : 'note ends-here'} style={{ '--left': at }}>
      <span class="label">
        <b>{shortName(entity)}</b> {text}
      </span>
    </span>
  )
}
