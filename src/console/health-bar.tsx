/** Whether the parts are well, in one line. */
import type { PageState } from './page-state.ts'

/** Each part by name; a word says what the colour says. */
export function HealthBar({ page }: { page: PageState }) {
  const { health } = page.state.value
  return (
    <ul class="health" aria-label="Health">
      {health.map(({ name, isWell, detail }) => (
        <li key={name} class={isWell ? 'well' : 'ill'} title={detail}>
          {name} <b>{isWell ? 'ok' : detail}</b>
        </li>
      ))}
    </ul>
  )
}
