/**
 * A short run of the two costs that everything else is made of: an authentication vector, beside the
 * AES blocks in it; and a durable message, beside many in one commit. Not a claim about speed, but a
 * change that makes one of them ten times slower shows here. Then a moment of Ub, Zh and Zn over their wires, and
 * of connecting, forwarding and holding sessions.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openServerStore } from '../src/adapters/sqlite/server-store.ts'
import { systemClock } from '../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../src/adapters/system/system-random.ts'
import { akaGroups } from '../src/cli/bench-aka.ts'
import { CONNECT_TITLES, measureConnect } from '../src/cli/bench-connect.ts'
import { FORWARD_TITLES, FORWARD_WAYS, measureForward } from '../src/cli/bench-forward.ts'
import { type BenchGroup, measureGroup } from '../src/cli/bench-measure.ts'
import { formatMemory, measureMemory } from '../src/cli/bench-memory.ts'
import { formatMachine, formatResult, formatWire, readMachine } from '../src/cli/bench-report.ts'
import { measureWire, WIRE_BENCHES, WIRE_TITLES } from '../src/cli/bench-wire.ts'
import type { ServerStore } from '../src/cpns-server/server-store.ts'
import { createRecordSealer } from '../src/crypto/record-sealer.ts'
import { Secret } from '../src/crypto/secret.ts'

const SECONDS = 0.5
const TOGETHER = 32
const random = createSystemRandom()

function mailbox(store: ServerStore): BenchGroup {
  let n = 0
  const accept = () =>
    store.acceptMessage(
      {
        messageId: `m${n++}`,
        from: 'urn:a:b',
        to: 'urn:c:d',
        contentType: 'text/plain',
        payload: random.octets(256),
        expiresAtMs: Date.now() + 60_000,
      },
      Date.now(),
    )
  return {
    title: 'Mailbox on SQLite, 256-octet messages',
    cases: [
      {
        name: 'accepted one by one',
        limit: 'One commit each (WAL, synchronous=FULL).',
        perRun: 1,
        run: accept,
      },
      {
        name: `accepted ${TOGETHER} at a time`,
        limit: 'The rows; one commit serves them all, and each is answered after it.',
        perRun: TOGETHER,
        run: () => Promise.all(Array.from({ length: TOGETHER }, accept)),
      },
    ],
  }
}

async function print(group: BenchGroup): Promise<void> {
  console.log(`\n${formatResult(await measureGroup(group, SECONDS, systemClock))}`)
}

console.log(formatMachine(readMachine()))
for (const group of akaGroups(random)) await print(group)

const folder = mkdtempSync(join(tmpdir(), 'cpns-bench-'))
const sealer = createRecordSealer({ current: Secret.of(random.octets(32)) }, random)
const store = openServerStore(join(folder, 'server.db'), sealer)
try {
  await print(mailbox(store))
} finally {
  await store.close()
  rmSync(folder, { recursive: true })
}

for (const name of WIRE_BENCHES) {
  console.log(
    `\n${formatWire(WIRE_TITLES[name], await measureWire(name, [8], { seconds: SECONDS }))}`,
  )
}

console.log(`\n${formatWire(CONNECT_TITLES, await measureConnect([8], { seconds: SECONDS }))}`)
for (const way of FORWARD_WAYS) {
  console.log(
    `\n${formatWire(FORWARD_TITLES[way], await measureForward(way, [8], { seconds: SECONDS }))}`,
  )
}
console.log(`\n${formatMemory(await measureMemory(50))}`)
