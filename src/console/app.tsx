/** The whole page: who is there, what is known, what goes over the wires. Design 11 */
import { useEffect } from 'preact/hooks'
import { DataTables } from './data-tables.tsx'
import { HealthBar } from './health-bar.tsx'
import { LadderView } from './ladder-view.tsx'
import { logOut } from './live-stream.ts'
import { LoginForm } from './login-form.tsx'
import { backToMessages, MessageDetails } from './message-details.tsx'
import type { Connection, PageState } from './page-state.ts'
import { RateCharts } from './rate-charts.tsx'
import { StoryButtons } from './story-buttons.tsx'

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  connecting: 'connecting …',
  open: 'live',
  lost: 'connection lost, trying again …',
  'login-needed': 'logged out',
}

/** @param props.onLogin The session is there: the stream can be opened. */
export function App({ page, onLogin }: { page: PageState; onLogin: () => void }) {
  const { hello, connection } = page
  useEffect(() => {
    document.title = hello.value === undefined ? 'cpns console' : hello.value.title
  }, [hello.value])
  const leave = async (): Promise<void> => {
    await logOut()
    page.forgetAll()
    onLogin()
  }
  if (connection.value === 'login-needed') {
    return <LoginForm notice={page.notice.value} onLogin={onLogin} />
  }
  return (
    <div class="page">
      <Header page={page} onLogout={() => void leave()} />
      <main class="board">
        <section class="panel wires" aria-labelledby="wires-title">
          <LadderView page={page} />
        </section>
        <section
          class="panel details"
          aria-labelledby="details-title"
          onKeyDown={(event) => event.key === 'Escape' && backToMessages()}
        >
          <MessageDetails page={page} />
        </section>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
        <section class="panel known" aria-labelledby="known-title" tabIndex={0}>
          <DataTables page={page} />
        </section>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
        <section class="panel rates" aria-labelledby="rates-title" tabIndex={0}>
          <RateCharts page={page} />
        </section>
      </main>
    </div>
  )
}

function Header({ page, onLogout }: { page: PageState; onLogout: () => void }) {
  const { hello, connection } = page
  return (
    <header class="top">
      <div class="top-line">
        <h1>{hello.value?.title ?? 'cpns console'}</h1>
        <span class={`link link-${connection.value}`} role="status">
          {CONNECTIONS[connection.value]}
        </span>
        <span class="notice" role="status">
          {page.notice.value}
        </span>
        <HealthBar page={page} />
        {hello.value?.hasLogin === true && (
          <button type="button" class="quiet" onClick={onLogout}>
            Log out
          </button>
        )}
      </div>
      <StoryButtons page={page} />
    </header>
  )
}
