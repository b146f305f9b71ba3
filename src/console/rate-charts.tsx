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
      <h2 id="rates-title">Messages a second in the last minute</h2>
      {rates.length === 0 && <p class="nothing">No message yet.</p>}
      <ul class="charts">
        {rates.map(({ point, counts }) => {
          const most = Math.max(...counts)
          const now = counts.at(-2) ?? 0
          return (
            <li key={point}>
              <span class={`point point-${point}`}>{point}</span>
              <svg
                class={`point-${point}`}
                viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
                preserveAspectRatio="none"
                aria-hidden="true"
              >
                <path d={areaOf(counts, Math.max(1, most))} />
              </svg>
              <span class="number">
                {now}/s <small>peak {most}/s</small>
              </span>
            </li>
          )
        })}
      </ul>
      {rates.length > 0 && <TimeAxis />}
      <h2 class="next">Health in the last minute</h2>
      <HealthCharts page={page} />
    </>
  )
}

/** Below the pictures, which are hidden from who hears the page, and so it is. */
function TimeAxis() {
  return (
    <div class="axis" aria-hidden="true">
      <span>{CHART_SECONDS} s ago</span>
      <span>now</span>
    </div>
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
