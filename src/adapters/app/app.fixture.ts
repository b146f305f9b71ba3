/** A real application API on this machine, at a server whose mailbox is in the test. */

import { makeApiKey } from '../../app/api-key.ts'
import type { AppMessage } from '../../app/app-message.ts'
import type { ApiScope } from '../../app/app-store.ts'
import type { Settled } from '../../app/service-desk.ts'
import { noLog } from '../../ports/log.ts'
import { openAppStore } from '../sqlite/app-store.ts'
import { openServerStore } from '../sqlite/server-store.ts'
import { testSealer } from '../sqlite/sqlite.fixture.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { type AppSubmission, serveAppApi } from './serve-app-api.ts'

const random = createSystemRandom()

/** Starts it; `status` is what the server answers to a submission. */
export async function startAppApi(status: { submit: number } = { submit: 202 }) {
  const store = openAppStore(':memory:', testSealer())
  const serverStore = openServerStore(':memory:', testSealer())
  const handlers = new Map<string, (message: AppMessage) => Promise<Settled | undefined>>()
  const submitted: AppSubmission[] = []
  const makeKey = async (scopes: readonly ApiScope[], service = 'echo') => {
    const { text, record } = makeApiKey({ service, scopes }, { random, nowMs: Date.now() })
    await store.addApiKey(record)
    return { text, id: record.id }
  }
  const first = await makeKey(['send', 'receive'])
  const served = await serveAppApi(
    { host: '127.0.0.1', port: 0, version: '0.0.0' },
    {
      store,
      clock: systemClock,
      random,
      log: noLog,
      pns: serverStore,
      exchange: {
        registerService(name, handler) {
          handlers.set(name, handler)
          return () => void handlers.delete(name)
        },
        async submit(submission) {
          submitted.push(submission)
          return status.submit
        },
      },
    },
  )
  return {
    url: served.url,
    apiKey: first.text,
    submitted,
    makeKey,
    store,
    serverStore,
    /** As the server hands a message to its service. */
    async hand(message: Partial<AppMessage> & { readonly messageId: string }) {
      const settled = await handlers.get('echo')?.({
        from: 'urn:x:a',
        to: 'urn:cpns:service:echo',
        contentType: 'text/plain',
        payload: new TextEncoder().encode('hello'),
        expiresAtMs: Date.now() + 60_000,
        ...message,
      })
      settled?.(true)
    },
    async close() {
      await served.close()
      await store.close()
      await serverStore.close()
    },
  }
}
