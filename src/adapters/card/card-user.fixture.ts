/** A process that authenticates its card on and on, and reports each command that the card answered. */
import { writeSync } from 'node:fs'
import { challengesFor, createTestCard, SELECT_USIM } from '../../uicc/uicc.fixture.ts'
import { createSystemRandom } from '../system/system-random.ts'
import { createFileCardState } from './file-card-state.ts'

const [path = '', round = '0'] = process.argv.slice(2)
const random = createSystemRandom()
const state = {
  ...createFileCardState(path, random),
  stored: undefined,
  saves: 0,
  failure: undefined,
}
const card = await createTestCard({}, { state, random })
await card.send(SELECT_USIM)
for (let seq = BigInt(round) * 1_000_000n + 1n; ; seq++) {
  const command = challengesFor(seq << 5n).gba
  if ((await card.send(command)) === '610a') writeSync(1, `${command}\n`)
}
