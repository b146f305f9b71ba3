/** Step 6: what must not work, does not. K-4, M-4, M-6; TS 33.102 6.3.3 */
import type { LabWorld } from '../lab-world.ts'
import { refuseClonedCard } from './attack-cloned-card.ts'
import { refuseOtherOwner, refuseWrongEuKey } from './attack-eukey.ts'
import { refuseReplay } from './attack-replay.ts'
import { expectThat, type StoryStep } from './story.ts'

/** A cloned identity, a wrong EUKey, another owner's EntityID, a replayed AuthenticateResponse. */
export const attacksStep: StoryStep = {
  number: 6,
  title: 'Wrong card, wrong EUKey, wrong owner and replay are refused, and end nobody’s session',
  async run(world) {
    const before = await sessionIds(world)
    await refuseClonedCard(world)
    await refuseWrongEuKey(world)
    await refuseOtherOwner(world)
    await refuseReplay(world)
    const after = await sessionIds(world)
    expectThat(after.join() === before.join(), 'a session was made or ended by an attack')
    return `All of it was refused; the ${after.length} sessions are the same as before.`
  },
}

async function sessionIds({ clock, serverStore }: LabWorld): Promise<readonly string[]> {
  const sessions = await serverStore.listSessions(clock.nowMs())
  return sessions.map(({ sessionId }) => sessionId).sort()
}
