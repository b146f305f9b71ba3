/** Health, and messages a second, over the last minute: small charts. Design 11 */
import { HealthCharts } from './health-bar.tsx'
import type { PageState } from './page-state.ts'
import { CHART_SECONDS } from './rate-meter.ts'

const WIDTH = 180
const HEIGHT = 36

/** The numbers stand beside each picture, so that nobody needs to see it. */
export function RateCharts({ page }: { page: PageState }) {
  const rates = page.rates.value
  return (
    <>
      <h2 id="rates-title">The last minute</h2>
      <h3>Messages a second</h3>
      {rates.length === 0 && <p class="nothing">None yet.</p>}
      <ul class="charts">
        {rates.map(({ point, counts }) => {
          const most = Math.max(1, ...counts)
          const now = counts.at(-2) ?? 0
          return (
            <li key={point}>
              <span class={`point point-${point}`}>{point}</span>
              <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
                <path d={areaOf(counts, most)} />
              </svg>
              <span class="number">
                {now}/s <small>at most {most}</small>
              </span>
            </li>
          )
        })}
      </ul>
      <h3>Health</h3>
      <HealthCharts page={page} />
    </>
  )
}

/** The area under the line, as an SVG path. */
export function areaOf(counts: readonly number[], most: number): string {
  const step = WIDTH / (CHART_SECONDS - 1)
  const points = counts.map((count, n) => {
    const y = HEIGHT - (count / most) * (HEIGHT - 2)
    return `${(n * step).toFixed(1)} ${y.toFixed(1)}`
  })
  return `M0 ${HEIGHT} L${points.join(' L')} L${WIDTH} ${HEIGHT} Z`
}
