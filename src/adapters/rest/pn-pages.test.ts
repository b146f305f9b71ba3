import { afterEach, beforeEach, expect, test } from 'vitest'
import { PHONE, sampleEuKey, WATCH } from '../../../test/contracts/server-store.samples.ts'
import type { ServerStore } from '../../cpns-server/server-store.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { testSealer } from '../sqlite/sqlite.fixture.ts'
import { systemClock } from '../system/system-clock.ts'
import { listPnPage, PN_PAGES, showPn } from './pn-pages.ts'
import { Problem } from './problem.ts'

let store: ServerStore
beforeEach(() => {
  store = openServerStore(':memory:', testSealer())
})
afterEach(() => store.close())

async function registerPns(count: number): Promise<void> {
  const nowMs = systemClock.nowMs()
  const expiresAtMs = nowMs + 60_000
  await store.assignEuKey(sampleEuKey(1, { expiresAtMs }))
  for (let n = 0; n < count; n++) {
    const wish = { gateway: PHONE, newPnId: `urn:x:pn-${n}`, alias: `${n}`, members: [] }
    await store.registerPn({ ...wish, expiresAtMs }, nowMs)
  }
}

test('every PN is on one page, and what is shown is what the routes declare', async () => {
  await registerPns(5)
  const ports = { store, clock: systemClock }
  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await listPnPage({ limit: '2', ...(after !== undefined && { after }) }, ports)
    PN_PAGES.list.success.schema.parse(page)
    seen.push(...page.pns.map(({ pnId }) => pnId))
    after = page.next
  } while (after !== undefined)
  expect(seen).toEqual([0, 1, 2, 3, 4].map((n) => `urn:x:pn-${n}`))
  expect((await listPnPage({ entityId: WATCH }, ports)).pns).toEqual([])
  const shown = await showPn('urn:x:pn-3', ports)
  expect(PN_PAGES.show.success.schema.parse(shown)).toMatchObject({ alias: '3', gateway: PHONE })
})

test('a query that is none, and a PN that is not there', async () => {
  const ports = { store, clock: systemClock }
  for (const query of [{ limit: '0' }, { entityId: 'x' }, { alias: 'home' }]) {
    await expect(listPnPage(query, ports)).rejects.toMatchObject({ status: 400 })
  }
  await expect(showPn('urn:x:none', ports)).rejects.toThrow(Problem)
})
