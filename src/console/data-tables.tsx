/** Entities, EUKeys, sessions and what else the server knows: ids, states, and expiries counting down. */
import type { VNode } from 'preact'
import type {
  ColumnKind,
  ConsoleColumn,
  ConsoleTable,
} from '../adapters/console/console-protocol.ts'
import { shortName } from './lanes.ts'
import type { PageState } from './page-state.ts'
import { countdownText, dateText } from './time-text.ts'

/** All tables below each other. */
export function DataTables({ page }: { page: PageState }) {
  const { tables } = page.state.value
  return (
    <>
      <h2 id="known-title">Known here</h2>
      {tables.map((table) => (
        <DataTable key={table.id} table={table} page={page} />
      ))}
    </>
  )
}

function DataTable({ table, page }: { table: ConsoleTable; page: PageState }) {
  const { id, title, empty, columns, rows } = table
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="table-box" aria-labelledby={`table-${id}`} tabIndex={0}>
      <table>
        <caption id={`table-${id}`}>
          {title}{' '}
          <span class="count">
            {rows.length}
            {table.isCut && ' first ones; there are more'}
          </span>
        </caption>
        <thead>
          <tr>
            {columns.map(({ key, title: name }) => (
              <th key={key} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            // Two rows may begin alike, for instance with the same name.
            <tr key={`${n} ${row[columns[0]?.key ?? '']}`}>
              {columns.map((column) => (
                <Cell key={column.key} column={column} value={row[column.key]} page={page} />
              ))}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td class="nothing" colSpan={columns.length}>
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
  if (value === undefined || value === '') return <td class="nothing">–</td>
  return CELLS[column.kind](value, page)
}

const CELLS: Readonly<Record<ColumnKind, (value: string | number, page: PageState) => VNode>> = {
  text: (value) => (
    <td class="text">
      <span title={String(value)}>{value}</span>
    </td>
  ),
  entity: (value) => (
    <td>
      <span title={String(value)}>{shortName(String(value))}</span>
    </td>
  ),
  id: (value) => (
    <td class="id">
      <span title={String(value)}>{value}</span>
    </td>
  ),
  state: (value) => (
    <td>
      <span class={`state state-${value}`}>{value}</span>
    </td>
  ),
  time: (value) => <td class="number">{dateText(Number(value))}</td>,
  expiry: (value, page) => (
    <td class="number" title={dateText(Number(value))}>
      {countdownText(Number(value) - page.nowMs.value)}
    </td>
  ),
}
