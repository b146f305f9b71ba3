/** What the contracts of Zh and Zn share: a link to the other side, which may go away and come back. */

/** A way to the far side; what the contract asks goes through it. */
export interface Link {
  /** Ends it; the far side goes with it. Nothing stays open. */
  close(): Promise<void>
}

/** The far side of a link that has one: another process could be there. */
export interface FarSide {
  /** It goes away, as a process that is killed does: what it was asked stays unanswered. */
  vanish(): Promise<void>
  /** It is there again, where it was before. */
  comeBack(): Promise<void>
}

/** How a link is to be made. */
export interface LinkOptions {
  /** How long the asking side waits for an answer; without meaning in one process. */
  readonly timeoutMs: number
}

/** Long enough for every answer, short enough for a test to wait for it. */
export const PATIENT: LinkOptions = { timeoutMs: 5000 }
/** For tests of what happens then. */
export const HASTY: LinkOptions = { timeoutMs: 250 }

/** A promise for a test to settle. */
export function signal(): { readonly raised: Promise<void>; raise(): void } {
  let raise = (): void => {}
  const raised = new Promise<void>((resolve) => {
    raise = resolve
  })
  return { raised, raise }
}

/** Asks until the outcome is the one wanted. @throws {Error} If it is not within ten seconds. */
export async function askUntil<Answer extends { readonly outcome: string }>(
  outcome: Answer['outcome'],
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const giveUpAt = performance.now() + 10_000
  for (;;) {
    const answer = await ask()
    if (answer.outcome === outcome) return answer
    if (performance.now() > giveUpAt) throw new Error(`still ${answer.outcome}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
