/**
 * Run in a folder on a disk of 1 MiB (argument): fills it with messages through a `ServerStore`, and
 * prints what the store said and what it holds, as JSON.
 */
import { openServerStore } from '../../src/adapters/sqlite/server-store.ts'
import { testSealer } from '../../src/adapters/sqlite/sqlite.fixture.ts'

const file = `${process.argv[2]}/server.db`
const FAR_MS = 10 ** 15
const message = (messageId: string) => ({
  messageId,
  from: 'urn:a',
  to: 'urn:b',
  contentType: 'text/plain',
  payload: new Uint8Array(5_000),
  expiresAtMs: FAR_MS,
})
const all = { to: 'urn:b', afterPosition: -1, limit: 10_000, nowMs: 1 }

const accepted: string[] = []
const failures = new Set<string>()
const store = openServerStore(file, testSealer())
for (let n = 0; n < 300; n++) {
  const ids = [`${n}-a`, `${n}-b`]
  const results = await Promise.allSettled(ids.map((id) => store.acceptMessage(message(id), 1)))
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') accepted.push(ids[index] as string)
    else failures.add((result.reason as { code: string }).code)
  })
}
const held = (await store.waitingMessages(all)).map(({ messageId }) => messageId)
await store.close()
const again = openServerStore(file, testSealer())
const reopened = (await again.waitingMessages(all)).map(({ messageId }) => messageId)
await again.close()
process.stdout.write(JSON.stringify({ accepted, failures: [...failures], held, reopened }))
