/** Step 7: a PN GW without a card gets its EUKey with UserID and password. CR 7.4.3.1, 7.4.3.2 */
import { fingerprint } from '../../crypto/fingerprint.ts'
import { ENTITIES } from '../lab-names.ts'
import { expectThat, inTime, type StoryStep } from './story.ts'

/** Assignment over HTTPS, then mutual authentication, beside the PN GW with a card. */
export const passwordStep: StoryStep = {
  number: 7,
  title:
    'A PN GW without a card gets its EUKey with UserID and password, and works beside the first',
  async run({ clock, gateway, passwordGateway, serverStore }) {
    await passwordGateway.addUser()
    const { id, key } = await inTime(passwordGateway.login(), 'the server gave no EUKey in time')
    await inTime(passwordGateway.gateway.start(), 'the PN GW without a card came to no session')
    const current = await serverStore.findCurrentEuKey(ENTITIES.home, clock.nowMs())
    expectThat(current?.id === id, 'the EUKey in use is not the one that was handed over')
    expectThat(current.key.equals(key), 'the sides hold different EUKeys')
    const { owner } = current
    expectThat(owner.id === passwordGateway.userId, `the EUKey belongs to ${owner.id}`)
    expectThat(gateway.session !== undefined, 'the PN GW with a card lost its session')
    return `It belongs to ${owner.id}, has fingerprint ${fingerprint(key)}, and no password was sent; both PN GWs have sessions.`
  },
}
