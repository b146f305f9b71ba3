/** Step 5: the session expires; the PN GW authenticates again before it forwards. CR 7.5.2, Design 8 */
import { utf8 } from '../../octets/octets.ts'
import { ECHO_SERVICE, ENTITIES } from '../lab-names.ts'
import { expectThat, inTime, type StoryStep, untilAllDelivered } from './story.ts'

/** Life of sessions after the story, in seconds. Design 12 */
const USUAL_LIFETIME_SECONDS = 3600

/** What comes while there is no session waits, in both directions, and arrives. */
export const expiryStep: StoryStep = {
  number: 5,
  title:
    'The session expires: the PN GW authenticates again before it forwards, and nothing is lost',
  async run(world) {
    const { gateway, pnes, server } = world
    const former = gateway.session?.sessionId
    await inTime(world.untilSessionEnds(), 'the session did not expire')
    world.setSessionLifetime(USUAL_LIFETIME_SECONDS)
    const uplink = pnes.watch.pne.send({
      to: `urn:cpns:service:${ECHO_SERVICE}`,
      payload: utf8('sent while the PN GW had no session'),
      contentType: 'text/plain',
    })
    const downlink = server.submit({
      messageId: `lab-${world.clock.nowMs()}`,
      from: `urn:cpns:service:${ECHO_SERVICE}`,
      to: ENTITIES.car,
      contentType: 'text/plain',
      payload: utf8('meanwhile'),
      expires: 60,
    })
    const statuses = await Promise.all([
      inTime(uplink, 'the message was lost'),
      inTime(downlink, 'the server took no message'),
    ])
    const isTaken = statuses[0] === 200 || statuses[0] === 202
    expectThat(isTaken, `the message was answered with ${statuses[0]}`)
    expectThat(statuses[1] === 202, `the server refused a message with ${statuses[1]}`)
    await inTime(pnes.watch.nextMessage(), 'the answer was lost')
    await inTime(pnes.car.nextMessage(), 'the message to the car was lost')
    expectThat(gateway.session?.sessionId !== former, 'the PN GW goes on with the expired session')
    await untilAllDelivered(world)
    return 'The PN GW held what came, made a new session first, and then delivered all of it.'
  },
}
