/** Entities, EUKeys, sessions and what else the server knows: ids, states, and expiries counting down. */
import type { ComponentChildren } from 'preact'
import type {
  ColumnKind,
  ConsoleColumn,
  ConsoleTable,
} from '../adapters/console/console-protocol.ts'
import { breakable } from './breakable.tsx'
import type { PageState } from './page-state.ts'
import { countdownText, dateText } from './time-text.ts'

/**
 * Said in so many words: where a table is narrow its rows are drawn as cards, and a browser may forget that what is no
 * table to look at is one to hear. WAI-ARIA 1.2, 5.3.3
 */
const AS = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  head: { role: 'columnheader' },
  cell: { role: 'cell' },
} as const

/** All tables below each other. */
export function DataTables({ page }: { page: PageState }) {
  const { tables, atMs } = page.state.value
  return (
    <>
      <h2 id="known-title">
        Known here
        {!page.isCurrent.value && atMs > 0 && <small> as it was at {dateText(atMs)}</small>}
      </h2>
      <div class="tables">
        {tables.map((table) => (
          <DataTable key={table.id} table={table} page={page} />
        ))}
      </div>
    </>
  )
}

function DataTable({ table, page }: { table: ConsoleTable; page: PageState }) {
  const { id, title, empty, columns, rows } = table
  return (
    <section class="table-box" aria-labelledby={`table-${id}`}>
      <table {...AS.table} aria-labelledby={`table-${id}`}>
        <caption id={`table-${id}`}>
          {title}{' '}
          <span class="count">
            {rows.length}
            {table.isCut && ' first ones; there are more'}
          </span>
        </caption>
        {rows.length > 0 && (
          <thead {...AS.group}>
            <tr {...AS.row}>
              {columns.map(({ key, title: name }) => (
                <th {...AS.head} key={key} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody {...AS.group}>
          {rows.map((row, n) => (
            // Two rows may begin alike, for instance with the same name.
            <tr {...AS.row} key={`${n} ${row[columns[0]?.key ?? '']}`}>
              {columns.map((column) => (
                <Cell key={column.key} column={column} value={row[column.key]} page={page} />
              ))}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr {...AS.row}>
              <td {...AS.cell} class="nothing">
                {empty}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  )
}

function Cell(cell: {
  column: ConsoleColumn
  value: string | number | undefined
  page: PageState
}) {
  const { column, value, page } = cell
  const isNothing = value === undefined || value === ''
  return (
    <td
      {...AS.cell}
      class={isNothing ? 'nothing' : classOf(column.kind, value)}
      // Shown where the row is a card, which has no head of a column.
      data-label={column.title}
    >
      {isNothing ? '–' : CONTENTS[column.kind](value, page)}
    </td>
  )
}

/** Letters that stay in one line. */
const SHORT = 14

function classOf(kind: ColumnKind, value: string | number): string {
  if (kind === 'time' || kind === 'expiry') return 'number'
  return `${kind === 'id' ? 'id' : 'text'}${String(value).length <= SHORT ? ' short' : ''}`
}

/** Nothing is cut off: what is long goes on in the next line. */
const words = (value: string | number) => <span>{breakable(String(value))}</span>

const CONTENTS: Readonly<
  Record<ColumnKind, (value: string | number, page: PageState) => ComponentChildren>
> = {
  text: words,
  entity: words,
  id: words,
  state: (value) => <span class={`state state-${value}`}>{value}</span>,
  time: (value) => <span>{dateText(Number(value))}</span>,
  expiry: (value, page) => <Countdown atMs={Number(value)} page={page} />,
}

/** What ends within this time has another colour. */
const SOON_MS = 60_000

function Countdown({ atMs, page }: { atMs: number; page: PageState }) {
  const leftMs = atMs - page.nowMs.value
  return (
    <span class={leftMs < SOON_MS ? 'soon' : undefined} title={dateText(atMs)}>
      {countdownText(leftMs)}
    </span>
  )
}
