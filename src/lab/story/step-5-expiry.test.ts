import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestLab, stepFailure, type TestLab } from '../lab.fixture.ts'
import type { LabWorld } from '../lab-world.ts'
import { expiryStep } from './step-5-expiry.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  const { gateway, pnes } = lab.world
  await gateway.start()
  await Promise.all([pnes.watch.pne.start(), pnes.car.pne.start()])
})
afterAll(() => lab.end())

/** No session ends in this world, so nothing has to be waited for. */
const inUse = (change: Partial<LabWorld>): LabWorld => ({
  ...lab.world,
  untilSessionEnds: () => Promise.resolve(),
  ...change,
})

function withWatch(send: LabWorld['pnes']['watch']['pne']['send']): LabWorld {
  const { pnes } = lab.world
  return inUse({ pnes: { ...pnes, watch: { ...pnes.watch, pne: { ...pnes.watch.pne, send } } } })
}

/** Takes away what a step that failed has left for the applications. */
async function clear(...names: readonly ('watch' | 'car')[]): Promise<void> {
  for (const name of names) await lab.world.pnes[name].nextMessage()
}

function failLate(reason: string): Promise<never> {
  return new Promise((_, reject) => setTimeout(reject, 5, new Error(reason)))
}

test('a new session is made first, and all that came meanwhile arrives', async () => {
  const { world, traced } = lab
  const former = world.gateway.session?.sessionId
  const from = traced.length
  await expiryStep.run(world)
  expect(world.gateway.session?.sessionId).not.toBe(former)
  const told = traced.slice(from).flatMap((item) => (item.kind === 'message' ? [item] : []))
  const connected = told.findIndex(
    ({ message, side, point }) =>
      message === 'ConnectResponse' && side === 'received' && point === 'CPNS-2',
  )
  const relayed = told.findIndex(({ message }) => message === 'relay: record')
  expect(connected).toBeGreaterThan(-1)
  expect(relayed).toBeGreaterThan(connected)
})

test('later sessions live as long as usual', () => {
  expect(lab.world.gateway.session?.lifetimeSeconds).toBe(3600)
})

describe('fails', () => {
  test('if the session does not end', async () => {
    const endless = inUse({ untilSessionEnds: () => Promise.reject(new Error('still there')) })
    expect(await stepFailure(expiryStep, endless)).toBe('still there')
  })

  test('if the PN GW goes on with the session that has expired', async () => {
    expect(await stepFailure(expiryStep, inUse({}))).toBe(
      'the PN GW goes on with the expired session',
    )
  })

  test('if the server takes no message', async () => {
    const server = { ...lab.world.server, submit: () => Promise.resolve(503 as const) }
    const full = inUse({ server })
    expect(await stepFailure(expiryStep, full)).toBe('the server refused a message with 503')
    await clear('watch')
  })

  test('with one failure, and what fails after it harms nobody', async () => {
    const submit = { submit: () => Promise.reject(new Error('the store is full')) }
    const server = { ...lab.world.server, ...submit }
    const world = { ...withWatch(() => failLate('the PNE was stopped')), server }
    expect(await stepFailure(expiryStep, world)).toBe('the store is full')
    await new Promise((resolve) => setTimeout(resolve, 20))
  })

  test('if the held message is refused', async () => {
    const refused = withWatch(() => Promise.resolve(408))
    expect(await stepFailure(expiryStep, refused)).toBe('the message was answered with 408')
    await clear('car')
  })
})
