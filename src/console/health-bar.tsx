/** Whether the parts are well: in one line, and over the last minute as small charts. Design 11 */
import { useComputed } from '@preact/signals'
import type { ConsoleHealth } from '../adapters/console/console-protocol.ts'
import { breakable } from './breakable.tsx'
import type { HealthSecond } from './health-history.ts'
import type { PageState } from './page-state.ts'
import { CHART_SECONDS } from './rate-meter.ts'

/** All in one sentence, which is said aloud only when it changes. */
export function HealthBar({ page }: { page: PageState }) {
  const sentence = useComputed(() => {
    const { health } = page.state.value
    if (health.length === 0) return ''
    if (!page.isCurrent.value) return 'health is not known now'
    const ill = health.filter(({ isWell }) => !isWell)
    if (ill.length === 0) return allWell(health)
    return ill.map(({ name, detail }) => `${name}: ${detail}`).join('; ')
  }).value
  const isWell = page.state.value.health.every((part) => part.isWell)
  const look = page.isCurrent.value ? wellOrIll(isWell) : 'nothing'
  return (
    <span class={`health ${look}`} role="status" title={sentence}>
      {sentence}
    </span>
  )
}

function wellOrIll(isWell: boolean): string {
  return isWell ? 'well' : 'ill'
}

function allWell(health: readonly ConsoleHealth[]): string {
  const [first] = health
  if (health.length === 1) return `${first?.name} is well`
  return health.length === 2 ? 'both parts are well' : `all ${health.length} parts are well`
}

/** Each part by name; a word says what the colour says. */
export function HealthCharts({ page }: { page: PageState }) {
  return (
    <ul class="charts health-charts">
      {page.healthHistory.value.map(({ name, isWell, detail, seconds }) => (
        <li key={name}>
          <span>{breakable(name)}</span>
          <svg viewBox={`0 0 ${CHART_SECONDS} 10`} preserveAspectRatio="none" aria-hidden="true">
            <path class="well" d={stripOf(seconds, 'well')} />
            <path class="ill" d={stripOf(seconds, 'ill')} />
          </svg>
          {page.isCurrent.value ? (
            <span class={wellOrIll(isWell)}>
              {isWell ? '✔' : '✘'} {breakable(detail)}
            </span>
          ) : (
            <span class="nothing">not known now</span>
          )}
        </li>
      ))}
    </ul>
  )
}

/** The seconds of one kind, as an SVG path; what is ill is higher, for who does not see colours. */
export function stripOf(seconds: readonly HealthSecond[], kind: HealthSecond): string {
  const top = kind === 'ill' ? 0 : 4
  return seconds
    .map((second, n) => (second === kind ? `M${n} ${top}h1v${10 - top}h-1z` : ''))
    .join('')
}
