/** A real lab in a temporary folder, and worlds in which one thing is broken. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { UbExchange, UbResponse } from '../gba/ub-exchange.ts'
import type { TraceItem } from '../trace/trace.ts'
import { DEFAULT_LAB_CONFIG, type LabConfig } from './lab-config.ts'
import type { LabWorld } from './lab-world.ts'
import { type Lab, startLab } from './start-lab.ts'
import type { StoryStep } from './story/story.ts'

/** A lab and what it traced. */
export interface TestLab {
  readonly lab: Lab
  readonly world: LabWorld
  readonly folder: string
  readonly traced: readonly TraceItem[]
  /** Stops the lab and removes its folder. */
  end(): Promise<void>
}

/** A folder that nobody else uses; the caller removes it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'cpns-lab-'))
}

/** Starts a lab, in a folder of its own unless one is given. */
export async function startTestLab(
  folder = temporaryFolder(),
  config: LabConfig = DEFAULT_LAB_CONFIG,
): Promise<TestLab> {
  const traced: TraceItem[] = []
  const ports = {
    clock: systemClock,
    random: createSystemRandom(),
    trace: (item: TraceItem) => void traced.push(item),
  }
  const lab = await startLab({ config, dataFolder: folder }, ports)
  return {
    lab,
    world: lab.world,
    folder,
    traced,
    async end() {
      await lab.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Why something failed, in its own words. */
export async function failureOf(run: Promise<unknown>): Promise<string> {
  const end = await run.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )
  return end instanceof Error ? end.message : String(end)
}

/** Why a step fails in a world. */
export function stepFailure(step: StoryStep, world: LabWorld): Promise<string> {
  return failureOf(step.run(world))
}

/** A BSF whose answers are altered on their way. */
export function alteredUb(ub: UbExchange, alter: (response: UbResponse) => UbResponse): UbExchange {
  return { exchange: async (request) => alter(await ub.exchange(request)) }
}

/** What never comes. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {})
}
