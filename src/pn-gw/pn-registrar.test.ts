import { beforeEach, expect, test } from 'vitest'
import { GATEWAY_ID, settle } from '../../test/support/cpns-world.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { decodeMessage, type PnRegistration, type PnRegistrationResult } from '../cpns/messages.ts'
import { TransportFailed } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { PnRegistrar, type RegisteredPn } from './pn-registrar.ts'

const pneOf = (n: number): EntityId => parseEntityId(`urn:x:pne-${n}`)
const LIFETIME = { lifetimeSeconds: 60 }

let clock: VirtualClock
let sent: PnRegistration[]
let registered: RegisteredPn[]
let logged: string[]
let here: EntityId[]
let isCut: boolean
beforeEach(() => {
  clock = createVirtualClock()
  sent = []
  registered = []
  logged = []
  here = []
  isCut = false
})

function createRegistrar(pn: { alias?: string; lifetimeSeconds: number } = LIFETIME): PnRegistrar {
  const note = (event: string): void => void logged.push(event)
  return new PnRegistrar({
    entityId: GATEWAY_ID,
    pn,
    clock,
    random: createSeededRandom('registrar'),
    log: { info: note, warn: note, error: note },
    members: () => here,
    async send(registration, octets) {
      if (isCut) throw new TransportFailed('cut')
      expect(decodeMessage(octets)).toEqual(registration)
      sent.push(registration)
    },
    onRegistered: (one) => void registered.push(one),
  })
}

/** What the server says to the registration that came last. */
function answer(change: Partial<PnRegistrationResult> = {}): PnRegistrationResult {
  const result = { status: 200, pnId: 'urn:x:n', lifetime: 60, ...change } as const
  const transactionId = sent.at(-1)?.transactionId ?? ''
  return { name: 'PnRegistrationResult', entityId: 'urn:x:s' as EntityId, transactionId, ...result }
}
const membersSent = () => sent.map(({ members }) => members)

test('nothing before it is up; then its PN, even an empty one, and what came meanwhile', () => {
  const registrar = createRegistrar({ ...LIFETIME, alias: 'home' })
  registrar.add(pneOf(1))
  expect(sent).toEqual([])
  registrar.noteUp()
  expect(sent).toMatchObject([
    { entityId: GATEWAY_ID, alias: 'home', members: [pneOf(1)], lifetime: 60 },
  ])
  expect(sent[0]).not.toHaveProperty('pnId')
  registrar.take(answer())
  expect(registered).toEqual([{ pnId: 'urn:x:n', lifetimeSeconds: 60 }])
  expect(registrar.pn).toEqual(registered[0])
  const empty = createRegistrar()
  empty.noteUp()
  expect(membersSent()).toEqual([[pneOf(1)], []])
})

test('PNEs that come while an answer is awaited go into one registration, under the id of the PN', () => {
  const registrar = createRegistrar()
  registrar.noteUp()
  for (const n of [1, 2, 3, 2]) registrar.add(pneOf(n))
  expect(membersSent()).toEqual([[]])
  registrar.take(answer({ transactionId: 'another' }))
  expect(sent).toHaveLength(1)
  registrar.take(answer())
  expect(sent[1]).toMatchObject({ pnId: 'urn:x:n', members: [pneOf(1), pneOf(2), pneOf(3)] })
  registrar.take(answer())
  expect(sent).toHaveLength(2)
})

test('many PNEs with long names take several registrations', () => {
  const registrar = createRegistrar()
  here = Array.from({ length: 100 }, (_, n) => parseEntityId(`urn:x:${'p'.repeat(240)}${n}`))
  registrar.noteUp()
  for (let n = 0; n < 100 && registrar.pn === undefined; n++) registrar.take(answer())
  for (let n = 0; n < 100; n++) registrar.take(answer())
  expect(membersSent().flat()).toEqual(here)
  expect(Math.max(...membersSent().map(({ length }) => length))).toBe(8)
  here = Array.from({ length: 100 }, (_, n) => pneOf(n))
  sent = []
  registrar.noteUp()
  registrar.take(answer())
  expect(membersSent().map(({ length }) => length)).toEqual([64, 36])
})

test('it is refreshed at half of the life that the server grants, with all that are here', async () => {
  const registrar = createRegistrar()
  registrar.noteUp()
  registrar.take(answer({ lifetime: 10 }))
  registrar.noteUp()
  registrar.take(answer({ lifetime: 10 }))
  here = [pneOf(7)]
  await clock.advance(4_999)
  expect(sent).toHaveLength(2)
  await clock.advance(1)
  expect(membersSent().at(-1)).toEqual([pneOf(7)])
  expect(registered).toHaveLength(1)
  registrar.noteDown()
  await clock.advance(60_000)
  expect(sent).toHaveLength(3)
})

test('an answer that never came: the next connection, and the next refresh, begin anew', async () => {
  const registrar = createRegistrar()
  registrar.noteUp()
  registrar.noteDown()
  registrar.add(pneOf(1))
  registrar.noteUp()
  expect(membersSent()).toEqual([[], [pneOf(1)]])
  await clock.advance(30_000)
  expect(sent).toHaveLength(3)
})

test('what cannot be sent waits for the next connection', async () => {
  const registrar = createRegistrar()
  here = [pneOf(1)]
  isCut = true
  registrar.noteUp()
  await settle(2)
  isCut = false
  registrar.noteUp()
  expect(membersSent()).toEqual([[pneOf(1)]])
})

test('a PN that the server has forgotten is made anew; other refusals are only said', () => {
  const registrar = createRegistrar()
  registrar.noteUp()
  registrar.take(answer())
  registrar.noteUp()
  const { pnId: _, ...forgotten } = answer({ status: 404 })
  registrar.take(forgotten)
  expect(sent.at(-1)).not.toHaveProperty('pnId')
  registrar.take(answer({ pnId: 'urn:x:m' }))
  expect(registered.map(({ pnId }) => pnId)).toEqual(['urn:x:n', 'urn:x:m'])
  registrar.noteUp()
  registrar.take(answer({ status: 403 }))
  expect(sent).toHaveLength(4)
  expect(logged).toEqual(['pn-not-registered', 'pn-not-registered'])
})

test('stopped, it says nothing more', async () => {
  const registrar = createRegistrar()
  registrar.noteUp()
  registrar.stop()
  registrar.stop()
  registrar.add(pneOf(1))
  await clock.advance(60_000)
  expect(sent).toHaveLength(1)
})
