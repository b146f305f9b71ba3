/** Step 4: two PNEs authenticate end to end through the relay, and messages get through. CR 7.5; Design 7, 8 */
import { fromUtf8, utf8 } from '../../octets/octets.ts'
import { ECHO_SERVICE, ENTITIES } from '../lab-names.ts'
import type { LabPne } from '../lab-world.ts'
import { expectThat, inTime, type StoryStep, untilAllDelivered } from './story.ts'

/** PNE to application and back, and PNE to PNE. */
export const messagesStep: StoryStep = {
  number: 4,
  title: 'Two PNEs with assigned EUKeys authenticate through the PN GW, and messages get through',
  async run(world) {
    const { watch, car } = world.pnes
    await inTime(Promise.all([watch.pne.start(), car.pne.start()]), 'a PNE came to no session')
    const answer = await askApplication(watch, 'pulse 72')
    expectThat(answer === 'echo: pulse 72', `the application answered "${answer}"`)
    const text = await tell(watch, car, 'unlock')
    expectThat(text === 'unlock', `the car got "${text}"`)
    await untilAllDelivered(world)
    return 'The watch asked the application and got its answer; its message to the car arrived too.'
  },
}

/** Sends a text to the application. @returns The text of its answer. */
export async function askApplication({ pne, nextMessage }: LabPne, text: string): Promise<string> {
  const to = `urn:cpns:service:${ECHO_SERVICE}`
  const status = await inTime(
    pne.send({ to, payload: utf8(text), contentType: 'text/plain' }),
    'the server did not accept the message',
  )
  expectThat(status === 200 || status === 202, `the server answered ${status} to the message`)
  const answer = await inTime(nextMessage(), 'no answer of the application arrived')
  return fromUtf8(answer.payload)
}

async function tell(from: LabPne, to: LabPne, text: string): Promise<string> {
  const sent = from.pne.send({
    to: ENTITIES[to.name],
    payload: utf8(text),
    contentType: 'text/plain',
  })
  const status = await inTime(sent, 'the server did not accept the message')
  expectThat(status === 200 || status === 202, `the server answered ${status} to the message`)
  const arrived = await inTime(to.nextMessage(), `nothing arrived at the ${to.name}`)
  return fromUtf8(arrived.payload)
}
