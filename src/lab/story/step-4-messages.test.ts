import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Status } from '../../cpns/status.ts'
import { utf8 } from '../../octets/octets.ts'
import type { IncomingMessage } from '../../pne/inbox.ts'
import { failureOf, startTestLab, stepFailure, type TestLab } from '../lab.fixture.ts'
import { ENTITIES, type PneName } from '../lab-names.ts'
import type { LabPne, LabWorld } from '../lab-world.ts'
import { askApplication, messagesStep } from './step-4-messages.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  lab.world.setSessionLifetime(3600)
  await lab.world.gateway.start()
})
afterAll(() => lab.end())

type Broken = Partial<Pick<LabPne['pne'], 'start' | 'send'> & Pick<LabPne, 'nextMessage'>>

function worldWith(name: PneName, { nextMessage, ...pne }: Broken): LabWorld {
  const { pnes } = lab.world
  const own = pnes[name]
  const broken: LabPne = {
    ...own,
    pne: { ...own.pne, ...pne },
    ...(nextMessage && { nextMessage }),
  }
  return { ...lab.world, pnes: { ...pnes, [name]: broken } }
}

/** What a PNE gets, with other octets. */
async function altered(name: PneName): Promise<IncomingMessage> {
  return { ...(await lab.world.pnes[name].nextMessage()), payload: utf8('something else') }
}

const answered = (status: Status) => () => Promise.resolve(status)

test('a message reaches the application, its answer comes back, and the car gets its own', async () => {
  await messagesStep.run(lab.world)
  const { watch, car } = lab.world.pnes
  expect(watch.pne.session?.sessionId).not.toBe(car.pne.session?.sessionId)
  const sessions = await lab.world.serverStore.listSessions(lab.world.clock.nowMs())
  const vias = sessions.filter(({ role }) => role === 'pne').map(({ via }) => via)
  expect(vias).toEqual([ENTITIES.gateway, ENTITIES.gateway])
})

test('the application answers with what it was asked', async () => {
  expect(await askApplication(lab.world.pnes.car, 'how far?')).toBe('echo: how far?')
})

describe('fails', () => {
  test('if a PNE comes to no session', async () => {
    for (const name of ['watch', 'car'] as const) {
      const world = worldWith(name, { start: () => Promise.reject(new Error('refused with 401')) })
      expect(await stepFailure(messagesStep, world)).toBe('refused with 401')
    }
  })

  test('if the server does not accept a message', async () => {
    for (const status of [403, 404, 408] as const) {
      const world = worldWith('watch', { send: answered(status) })
      expect(await stepFailure(messagesStep, world)).toBe(
        `the server answered ${status} to the message`,
      )
    }
  })

  test('if the answer is another one', async () => {
    const world = worldWith('watch', { nextMessage: () => altered('watch') })
    expect(await stepFailure(messagesStep, world)).toBe('the application answered "something else"')
  })

  test('if the car gets something else', async () => {
    const world = worldWith('car', { nextMessage: () => altered('car') })
    expect(await stepFailure(messagesStep, world)).toBe('the car got "something else"')
  })

  test('if the server accepts no message to the car', async () => {
    const { pne } = lab.world.pnes.watch
    const refuseCar = worldWith('watch', {
      send: (message) => (message.to === ENTITIES.car ? answered(403)() : pne.send(message)),
    })
    expect(await stepFailure(messagesStep, refuseCar)).toBe(
      'the server answered 403 to the message',
    )
  })

  test('if what was delivered is not acknowledged', async () => {
    const { serverStore } = lab.world
    const looked = new Error('looked into the mailbox')
    const broken = { ...serverStore, waitingRecipients: () => Promise.reject(looked) }
    const world = { ...lab.world, serverStore: broken }
    expect(await stepFailure(messagesStep, world)).toBe('looked into the mailbox')
  })

  test('if the application is not there', async () => {
    const watch = lab.world.pnes.watch
    const elsewhere: LabPne = {
      ...watch,
      pne: {
        ...watch.pne,
        send: (message) => watch.pne.send({ ...message, to: 'urn:cpns:service:nobody' }),
      },
    }
    expect(await failureOf(askApplication(elsewhere, 'anybody?'))).toMatch(/answered 404/)
  })
})
