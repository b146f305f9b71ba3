/** The story's steps as things that can be made to happen at any time, in any order. Design 10, 11 */
import type { LabWorld } from './lab-world.ts'
import { refuseClonedCard } from './story/attack-cloned-card.ts'
import { bootstrapStep } from './story/step-1-bootstrap.ts'
import { sessionStep } from './story/step-3-session.ts'
import { askApplication } from './story/step-4-messages.ts'
import { expiryStep } from './story/step-5-expiry.ts'
import { attacksStep } from './story/step-6-attacks.ts'
import { expectThat, inTime } from './story/story.ts'

/** One of them. */
export interface StoryAction {
  readonly name: string
  readonly label: string
  /** One sentence. */
  readonly what: string
  /** @returns What was seen, in one sentence. @throws {StoryFailed} If something else was. */
  run(): Promise<string>
}

/** In the order of the story. */
export function labActions(world: LabWorld): readonly StoryAction[] {
  return [
    {
      name: 'bootstrap',
      label: 'Bootstrap',
      what: 'The PN GW bootstraps with its USIM over Ub; its next EUKey is a new one.',
      run: () => bootstrapStep.run(world),
    },
    {
      name: 'connect',
      label: 'Connect',
      what: 'PN GW and CPNS Server authenticate each other anew and agree a session key.',
      run: () => connectAnew(world),
    },
    {
      name: 'message',
      label: 'Send message',
      what: 'The watch sends a message to the application, and gets its answer.',
      run: () => sendMessage(world),
    },
    {
      name: 'expire',
      label: 'Expire now',
      what: 'The session of the PN GW ends while messages are on their way; none is lost.',
      run: () => expireNow(world),
    },
    {
      name: 'wrong-card',
      label: 'Wrong card',
      what: 'A clone with another K tries to bootstrap.',
      run: () => tryWrongCard(world),
    },
    {
      name: 'attacks',
      label: 'Attacks',
      what: 'Wrong card, wrong EUKey, wrong owner and replay.',
      run: () => attacksStep.run(world),
    },
  ]
}

async function connectAnew(world: LabWorld): Promise<string> {
  await endSession(world)
  return sessionStep.run(world)
}

async function expireNow(world: LabWorld): Promise<string> {
  return expiryStep.run({ ...world, untilSessionEnds: () => endSession(world) })
}

/** Ends the session at the server, and waits until the PN GW has noticed. */
async function endSession(world: LabWorld): Promise<void> {
  const { gateway, server } = world
  const former = gateway.session?.sessionId
  if (former === undefined) return
  const ended = world.untilSessionEnds()
  expectThat(await server.endSession(former), 'the server has no such session')
  await inTime(ended, 'the PN GW did not notice the end of its session')
}

async function sendMessage({ pnes, clock }: LabWorld): Promise<string> {
  const text = `pulse ${60 + (Math.floor(clock.nowMs() / 1000) % 40)}`
  const answer = await askApplication(pnes.watch, text)
  expectThat(answer === `echo: ${text}`, `the application answered "${answer}"`)
  return `The watch sent "${text}", and the application answered "${answer}".`
}

async function tryWrongCard(world: LabWorld): Promise<string> {
  await refuseClonedCard(world)
  return 'The clone saw a wrong MAC (98 62); its guessed RES got 403, as an unknown IMPI does.'
}
