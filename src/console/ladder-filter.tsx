/** What the ladder shows: by word, reference point, entity and exchange; and whether it stands still. */
import type { Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { EventFilter } from './event-log.ts'
import { shortName } from './lanes.ts'
import type { PageState } from './page-state.ts'

const POINTS = ['APDU', 'Ub', 'Zh', 'Zn', 'Ua', 'CPNS-1', 'CPNS-2', 'note']

/** A line of controls. */
export function LadderFilter({ page }: { page: PageState }) {
  const filter = page.filter.value
  return (
    <search class="filter">
      <input
        type="search"
        aria-label="Find in messages"
        placeholder="Find"
        value={filter.text}
        onInput={(event) => page.setFilter({ text: event.currentTarget.value })}
      />
      <Choice page={page} name="point" label="Point" choices={POINTS} />
      <Choice page={page} name="entity" label="Entity" choices={page.heldNames.value} />
      {filter.exchange !== 0 && (
        <button
          type="button"
          class="one"
          aria-pressed
          onClick={() => page.setFilter({ exchange: 0 })}
        >
          One exchange ✕<span class="hidden">: show all again</span>
        </button>
      )}
      <Toggle state={page.isPaused}>Pause</Toggle>
      <Toggle state={page.isFollowing} title="Keeps the newest message in sight">
        Follow
      </Toggle>
      <FoundAloud page={page} />
    </search>
  )
}

/** A button that stays pressed. */
function Toggle(button: { state: Signal<boolean>; title?: string; children: ComponentChildren }) {
  const { state, title, children } = button
  return (
    <button
      type="button"
      title={title}
      aria-pressed={state.value}
      onClick={() => {
        state.value = !state.value
      }}
    >
      {children}
    </button>
  )
}

/** How many are shown of how many. Changes with every message: seen, not said. */
export function Counts({ page }: { page: PageState }) {
  void page.logVersion.value
  const { size, shown } = page.log
  const heldBack = page.heldBack.value
  const malformed = page.malformed.value
  return (
    <span class="counts number">
      {shown.length} of {size}
      {heldBack > 0 && `, ${heldBack} waiting`}
      {malformed > 0 && `, ${malformed} malformed`}
    </span>
  )
}

/** How long somebody does not type before it is said what was found. */
const PAUSE_MS = 700

/** What a search found, for who does not see it: once after each change of the filter. */
function FoundAloud({ page }: { page: PageState }) {
  const [said, say] = useState('')
  const filter = page.filter.value
  useEffect(() => {
    const isFiltered = Object.values(filter).some(
      (condition) => condition !== '' && condition !== 0,
    )
    const timer = setTimeout(() => {
      say(isFiltered ? `${page.log.shown.length} of ${page.log.size} messages shown` : '')
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [filter])
  return (
    <span class="hidden" role="status">
      {said}
    </span>
  )
}

function Choice(choice: {
  page: PageState
  name: keyof EventFilter & ('point' | 'entity')
  label: string
  choices: readonly string[]
}) {
  const { page, name, label, choices } = choice
  return (
    <select
      aria-label={label}
      value={page.filter.value[name]}
      onChange={(event) => page.setFilter({ [name]: event.currentTarget.value })}
    >
      <option value="">{label}: all</option>
      {choices.map((value) => (
        <option key={value} value={value}>
          {shortName(value)}
        </option>
      ))}
    </select>
  )
}
