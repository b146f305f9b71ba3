/** What the ladder shows: by word, reference point, entity and exchange; and whether it stands still. */
import type { EventFilter } from './event-log.ts'
import type { PageState } from './page-state.ts'

const POINTS = ['APDU', 'Ub', 'Zh', 'Zn', 'Ua', 'CPNS-1', 'CPNS-2', 'note']

/** A line of controls. */
export function LadderFilter({ page }: { page: PageState }) {
  const filter = page.filter.value
  void page.logVersion.value
  const { size, shown } = page.log
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
      <Choice page={page} name="entity" label="Entity" choices={page.lanes.value} />
      {filter.transactionId !== '' && (
        <button type="button" onClick={() => page.setFilter({ transactionId: '' })}>
          One exchange ✕<span class="hidden">: show all again</span>
        </button>
      )}
      <button
        type="button"
        aria-pressed={page.isPaused.value}
        onClick={() => {
          page.isPaused.value = !page.isPaused.value
        }}
      >
        Pause
      </button>
      <output class="number">
        {shown.length} of {size}
      </output>
    </search>
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
          {value}
        </option>
      ))}
    </select>
  )
}
