/** Step 3: PN GW and CPNS Server authenticate each other. CR 7.5.2 */
import { fingerprint } from '../../crypto/fingerprint.ts'
import { ENTITIES } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { expectThat, inTime, type StoryStep } from './story.ts'

/** The server, as NAF, fetches the EUKey over Zn; both HASHes verify; both hold one session key. */
export const sessionStep: StoryStep = {
  number: 3,
  title: 'PN GW and CPNS Server authenticate each other with the EUKey and agree a session key',
  async run(world) {
    await inTime(world.gateway.start(), 'the PN GW came to no session')
    const own = world.gateway.session
    const atServer = await sessionAtServer(world)
    expectThat(own !== undefined && atServer !== undefined, 'one side has no session')
    expectThat(own.fingerprint === atServer, 'the sides hold different session keys')
    return `Both HASHes verified; both sides hold the session key with fingerprint ${atServer}.`
  },
}

/** Fingerprint of the session key that the server's store holds for the PN GW. */
async function sessionAtServer({
  clock,
  gateway,
  serverStore,
}: LabWorld): Promise<string | undefined> {
  const nowMs = clock.nowMs()
  const session = await serverStore.findSession(gateway.session?.sessionId ?? '', nowMs)
  if (session?.entityId !== ENTITIES.gateway) return undefined
  return fingerprint(session.sessionKey)
}
