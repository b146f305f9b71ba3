/** Starts the page. */
import { render } from 'preact'
import { App } from './app.tsx'
import './console.css'
import { openLiveStream } from './live-stream.ts'
import { createPageState } from './page-state.ts'

for (const root of document.querySelectorAll('#console')) {
  const page = createPageState()
  let stream = openLiveStream(page)
  const reopen = (): void => {
    stream.close()
    stream = openLiveStream(page)
  }
  render(<App page={page} onLogin={reopen} />, root)
}
