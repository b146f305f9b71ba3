/** Runs the story's steps in order and says how each ended. Design 10 */
import type { LabWorld } from './lab-world.ts'
import { bootstrapStep } from './story/step-1-bootstrap.ts'
import { euKeyStep } from './story/step-2-eukey.ts'
import { sessionStep } from './story/step-3-session.ts'
import { messagesStep } from './story/step-4-messages.ts'
import { expiryStep } from './story/step-5-expiry.ts'
import { attacksStep } from './story/step-6-attacks.ts'
import { passwordStep } from './story/step-7-password.ts'
import type { StoryStep } from './story/story.ts'

/** The main story. */
export const STORY: readonly StoryStep[] = [
  bootstrapStep,
  euKeyStep,
  sessionStep,
  messagesStep,
  expiryStep,
  attacksStep,
  passwordStep,
]

/** Told of the story as it goes. */
export interface StoryReporter {
  begin(step: StoryStep): void
  /** @param sentence What was seen, in one plain sentence. */
  passed(step: StoryStep, sentence: string): void
  /** @param reason What was seen instead. */
  failed(step: StoryStep, reason: string): void
}

/**
 * @param interruption A step that somebody interrupted did not fail: nothing more is said then.
 * @returns The step that failed, if one did; later steps are not run then.
 */
export async function runStory(
  world: LabWorld,
  reporter: StoryReporter,
  interruption?: AbortSignal,
): Promise<StoryStep | undefined> {
  for (const step of STORY) {
    reporter.begin(step)
    const end = await runStep(step, world)
    if (interruption?.aborted === true) return undefined
    if ('reason' in end) {
      reporter.failed(step, end.reason)
      return step
    }
    reporter.passed(step, end.sentence)
  }
  return undefined
}

async function runStep(
  step: StoryStep,
  world: LabWorld,
): Promise<{ readonly sentence: string } | { readonly reason: string }> {
  try {
    return { sentence: await step.run(world) }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}
