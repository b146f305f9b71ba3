/** The lab's buttons: each makes one step of the story happen now, and says what was seen. Design 10 */
import { runAction } from './live-stream.ts'
import type { PageState } from './page-state.ts'

/** Nothing where there is nothing to press. */
export function StoryButtons({ page }: { page: PageState }) {
  const actions = page.hello.value?.actions ?? []
  const report = page.report.value
  if (actions.length === 0) return null
  const press = async (name: string, label: string): Promise<void> => {
    page.report.value = { kind: 'running', name, label }
    const result = await runAction(name)
    page.report.value = { kind: 'ended', label, result }
  }
  return (
    <div class="story">
      <fieldset class="buttons" aria-label="Steps of the story">
        {actions.map(({ name, label, what }) => (
          <button
            type="button"
            key={name}
            title={what}
            aria-disabled={report?.kind === 'running'}
            onClick={() => (report?.kind === 'running' ? undefined : void press(name, label))}
          >
            {label}
          </button>
        ))}
      </fieldset>
      <p class="report" role="status">
        {report === undefined && (
          <span class="nothing">Press a step: what was seen is said here.</span>
        )}
        {report?.kind === 'running' && `${report.label} …`}
        {report?.kind === 'ended' && (
          <span class={report.result.isDone ? 'well' : 'ill'}>
            {report.result.isDone ? '✔' : '✘'} {report.label}: {report.result.sentence}
          </span>
        )}
      </p>
    </div>
  )
}
