/** Runs the story's steps in order and says how each ended. Design 10 */
import type { LabWorld } from './lab-world.ts'
import { bootstrapStep } from './story/step-1-bootstrap.ts'
import { euKeyStep } from './story/step-2-eukey.ts'
import { sessionStep } from './story/step-3-session.ts'
import { messagesStep } from './story/step-4-messages.ts'
import { expiryStep } from './story/step-5-expiry.ts'
import { attacksStep } from './story/step-6-attacks.ts'
import type { StoryStep } from './story/story.ts'

/** The main story. */
export const STORY: readonly StoryStep[] = [
  bootstrapStep,
  euKeyStep,
  sessionStep,
  messagesStep,
  expiryStep,
  attacksStep,
]

/** Told of the story as it goes. */
export interface StoryReporter {
  begin(step: StoryStep): void
  /** @param sentence What was seen, in one plain sentence. */
  passed(step: StoryStep, sentence: string): void
  /** @param reason What was seen instead. */
  failed(step: StoryStep, reason: string): void
}

/** @returns The step that failed, if one did; later steps are not run then. */
export async function runStory(
  world: LabWorld,
  reporter: StoryReporter,
): Promise<StoryStep | undefined> {
  for (const step of STORY) {
    reporter.begin(step)
    try {
      reporter.passed(step, await step.run(world))
    } catch (error) {
      reporter.failed(step, error instanceof Error ? error.message : String(error))
      return step
    }
  }
  return undefined
}
