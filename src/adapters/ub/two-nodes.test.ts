/** Two BSF nodes on one SQLite file are one BSF: each goes on with what the other began. TS 33.220 4.4.2 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerTo, challengeIn, IDENTITY, requestWith } from '../../bsf/bsf-world.fixture.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import { createTmpiMemory } from '../../gba/tmpi-memory.ts'
import { bootstrap } from '../../gba/ub-client.ts'
import type { UbExchange } from '../../gba/ub-exchange.ts'
import { formatInitialRequest } from '../../gba/ub-messages.ts'
import { UA_ID_CPNS } from '../../identity/naf-id.ts'
import { openBsfStore } from '../sqlite/bsf-store.ts'
import { testSealer } from '../sqlite/sqlite.fixture.ts'
import { systemClock } from '../system/system-clock.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { startUbNetwork, type UbNetwork, usim } from './ub-network.fixture.ts'

let folder: string
let nodes: readonly [UbNetwork, UbNetwork]
const cleanUps: (() => Promise<void>)[] = []

async function startNode(): Promise<UbNetwork> {
  const store = openBsfStore(join(folder, 'bsf.db'), testSealer())
  const node = await startUbNetwork({ store })
  cleanUps.push(async () => {
    await node.close()
    await store.close()
  })
  return node
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-nodes-'))
  nodes = [await startNode(), await startNode()]
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
  rmSync(folder, { recursive: true, force: true })
})

/** A way to the BSF whose requests go to one node and the other in turn. */
function inTurns(): UbExchange & { readonly asked: number } {
  let asked = 0
  return {
    get asked() {
      return asked
    },
    exchange: (request) => nodes[asked++ % 2]!.ub.exchange(request),
  }
}

test('message 1 at one node, message 3 at the other, Zn at the first: one key', async () => {
  const [card, ub, tmpiMemory] = [await usim(), inTurns(), createTmpiMemory()]
  const ports = { clock: systemClock, random: createSystemRandom() }
  for (const _ of [1, 2]) {
    const outcome = await bootstrap({ card, ub, tmpiMemory, ...ports })
    if (outcome.outcome !== 'success') throw new Error(outcome.outcome)
    const nafId = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }
    const request = { btid: outcome.btid, nafId, gsids: [], gbaUAware: true }
    const answer = await nodes[0].zn.requestBootstrappingInfo(request)
    if (answer.outcome !== 'success') throw new Error(answer.outcome)
    expect((await outcome.deriveKsNaf(nafId))?.equals(answer.meKeyMaterial)).toBe(true)
  }
  expect(ub.asked).toBe(4)
  // The second run named itself by the TMPI that the other node had stored.
  const usernames = nodes.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === 'message' ? [item.fields.username] : [])),
  )
  expect(new Set(usernames.filter((name) => name !== undefined)).size).toBe(2)
})

test('a challenge is answered once, at whichever node', async () => {
  const [one, other] = nodes
  const challenge = challengeIn(await one.ub.exchange(formatInitialRequest(IDENTITY)))
  const answer = requestWith(answerTo(challenge))
  const statuses = await Promise.all(
    [one, other, one, other].map(async ({ ub }) => (await ub.exchange(answer)).status),
  )
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401])
})
