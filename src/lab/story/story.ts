/** The story that the lab tells: steps in order, each with one plain sentence at its end. Design 10 */
import type { LabWorld } from '../lab-world.ts'

/** One step of the story. */
export interface StoryStep {
  readonly number: number
  readonly title: string
  /** @returns One plain sentence about what was seen. @throws {StoryFailed} If something else was. */
  readonly run: (world: LabWorld) => Promise<string>
}

/** What was seen is not what should have been. */
export class StoryFailed extends Error {
  override readonly name = 'StoryFailed'
}

/** @throws {StoryFailed} With `otherwise`, unless `condition` holds. */
export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new StoryFailed(otherwise)
}

/** The value, in time. @throws {StoryFailed} With `otherwise` after 10 seconds. */
export async function inTime<T>(awaited: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoryFailed(otherwise)), STEP_LIMIT_MS)
    // A lab that was stopped meanwhile is not kept alive by what its story still waits for.
    timer.unref()
  })
  try {
    return await Promise.race([awaited, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Resolves when every recipient has acknowledged all that was sent to it. @throws {StoryFailed} */
export async function untilAllDelivered({ clock, serverStore }: LabWorld): Promise<void> {
  for (let tries = 0; tries < STEP_LIMIT_MS / POLL_MS; tries++) {
    const waiting = await serverStore.waitingRecipients(clock.nowMs())
    if (waiting.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new StoryFailed('a message was delivered but never acknowledged')
}

const STEP_LIMIT_MS = 10_000
const POLL_MS = 5
