/** A page with something on it, and what a component makes of it. */
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { messageEvent, noteEvent } from './console.fixture.ts'
import { createPageState, type PageState } from './page-state.ts'

/** Two messages, a note, one table, one action. */
export function filledPage(): PageState {
  const page = createPageState()
  page.connection.value = 'open'
  page.hello.value = {
    title: 'cpns lab',
    version: '1',
    run: 'r1',
    hasLogin: true,
    actions: [{ name: 'bootstrap', label: 'Bootstrap', what: 'Bootstraps.' }],
  }
  page.setState({
    atMs: Date.now(),
    health: [
      { name: 'HSS Zh', isWell: true, detail: '127.0.0.1:3868' },
      { name: 'BSF Ub', isWell: false, detail: 'gone' },
    ],
    tables: [
      {
        id: 'eukeys',
        title: 'EUKeys',
        empty: 'No EUKey yet.',
        columns: [
          { key: 'id', title: 'Id', kind: 'id' },
          { key: 'state', title: 'State', kind: 'state' },
          { key: 'ends', title: 'Ends in', kind: 'expiry' },
          { key: 'since', title: 'Since', kind: 'time' },
          { key: 'entity', title: 'Entity', kind: 'text' },
        ],
        rows: [
          {
            id: 'I1U8@bsf',
            state: 'current',
            ends: Date.now() + 90_000,
            since: 0,
            entity: 'watch',
          },
        ],
      },
      { id: 'users', title: 'Users', empty: 'No user yet.', columns: [], rows: [] },
    ],
  })
  page.tick()
  page.addEvents([
    messageEvent(1),
    noteEvent(2),
    messageEvent(3, { from: 'CPNS Server', to: 'PN GW', message: 'AuthenticateRequest' }),
  ])
  return page
}

/** What a browser would get. */
export function htmlOf(node: VNode): string {
  return renderToString(node)
}
