/** PNEs that get their EUKey through a PN GW of their user, and what stands in the way of others. CR 7.4.3, M-7 */
import { afterEach, describe, expect, test } from 'vitest'
import { openPneStore } from '../../src/adapters/sqlite/pne-store.ts'
import {
  type CpnsMessage,
  decodeMessage,
  type EuKeyAssignmentTrigger,
  encodeMessage,
} from '../../src/cpns/messages.ts'
import { parsePassword } from '../../src/cpns/password-keys.ts'
import { makeUser } from '../../src/cpns-server/users.ts'
import { createRecordSealer } from '../../src/crypto/record-sealer.ts'
import type { Secret } from '../../src/crypto/secret.ts'
import type { EntityId } from '../../src/identity/entity-id.ts'
import { parseUserId } from '../../src/identity/user-id.ts'
import { toBase64, toHex } from '../../src/octets/octets.ts'
import type { PnGw } from '../../src/pn-gw/create-pn-gw.ts'
import { createAssignedCredentials } from '../../src/pne/assigned-credentials.ts'
import { registerOwner, relayedExchange, waitForTrigger } from '../../src/pne/gateway-talk.ts'
import { obtainEuKey } from '../../src/pne/obtain-eukey.ts'
import type { PneStore } from '../../src/pne/pne-store.ts'
import type { FrameSocket } from '../../src/ports/frame-socket.ts'
import {
  btidOf,
  CAR_ID,
  type CpnsWorld,
  connectPne,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  keyOf,
  OTHER_GATEWAY_ID,
  settle,
  WATCH_ID,
} from '../support/cpns-world.ts'
import { nextError, post, respaced } from '../support/hand-client.ts'
import { createSocketPair, type Tamper } from '../support/memory-socket.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { collect, sendUp } from './traffic.ts'

const COST = { n: 16_384, r: 8, p: 1 }
const PASSWORD = 'correct horse battery'
const ALICE = parseUserId('alice')
const random = createSeededRandom('triggers')

let world: CpnsWorld
let gateway: PnGw

/** A server, Alice, and her phone. */
async function begin(pneAssignment: 'refuse' | 'trusted-gateway'): Promise<void> {
  world = createCpnsWorld({ passwords: { cost: COST, pneAssignment } })
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  const user = { userId: ALICE, password: parsePassword(PASSWORD), cost: COST }
  await world.store.addUser(await makeUser(user, { clock: world.clock, random }))
  gateway = world.createGateway()
  await gateway.start()
  await world.store.linkUser(GATEWAY_ID, ALICE)
}

afterEach(() => world.close())

/** A device without EUKey. */
interface Device {
  readonly names: { readonly entityId: EntityId; readonly gatewayEntityId: EntityId }
  readonly store: PneStore
  readonly socket: FrameSocket
}

const portsOf = ({ store }: Pick<Device, 'store'>) => ({ clock: world.clock, random, store })

async function newDevice(entityId: EntityId, down?: Tamper): Promise<Device> {
  const store = openPneStore(':memory:', createRecordSealer({ current: keyOf(0xed) }, random))
  const network = down && { down }
  return {
    names: { entityId, gatewayEntityId: GATEWAY_ID },
    store,
    socket: connectPne(gateway, network),
  }
}

async function paired(entityId = WATCH_ID, down?: Tamper): Promise<Device> {
  const device = await newDevice(entityId, down)
  const { code, done } = gateway.pair({ pne: entityId, userId: ALICE })
  const { names, socket, store } = device
  await store.saveOwner(await registerOwner(socket, { ...names, code }, portsOf(device)))
  expect(await done).toMatchObject({ status: 200 })
  return device
}

/** The device waits, is triggered, and asks. */
async function triggered(
  device: Device,
  { password, typed }: { readonly password?: Secret; readonly typed?: Secret },
  exchange = relayedExchange(device.socket, world),
) {
  const { names, socket } = device
  const waiting = waitForTrigger(socket, names, portsOf(device))
  const ended = gateway.trigger({
    pne: names.entityId,
    userId: ALICE,
    ...(password && { password }),
  })
  const trigger = await waiting
  if (trigger === undefined) throw new Error('the connection ended')
  const { userId, nonce } = trigger
  const used = trigger.password ?? typed
  if (used === undefined) throw new Error('no password')
  const wish = { entityId: names.entityId, userId, nonce, password: used }
  const euKey = obtainEuKey(wish, { ...portsOf(device), exchange })
  return { euKey, ended, trigger }
}

const credentialsOf = ({ store }: Device) =>
  createAssignedCredentials({ store, clock: world.clock })

describe('a PNE gets its EUKey', () => {
  test('without UI, by relay: the PN GW hands the password over; then it authenticates and sends', async () => {
    await begin('trusted-gateway')
    const device = await paired()
    const { euKey, ended } = await triggered(device, { password: parsePassword(PASSWORD) })
    const { id } = await euKey
    expect(await ended).toEqual({ status: 200, detail: 'the PNE has its EUKey' })
    const waiting = await world.store.findCandidateEuKeys(WATCH_ID, world.clock.nowMs())
    expect(waiting.map((one) => one.id)).toEqual([id])

    const ports = { credentials: credentialsOf(device), store: device.store }
    const { pne } = await world.createPne(WATCH_ID, undefined, gateway, { ports })
    await pne.start()
    const collected = collect(world)
    expect(await sendUp(pne, 'up ', 2)).toEqual([200, 200])
    await settle()
    expect(collected).toEqual(['up 1', 'up 2'])
    expect((await world.store.findCurrentEuKey(WATCH_ID, world.clock.nowMs()))?.id).toBe(id)
    expect(await world.store.findEntity(WATCH_ID)).toMatchObject({
      owner: { kind: 'user', id: 'alice' },
    })
  })

  test('with UI and a network of its own: under the default policy, by TLS to the server', async () => {
    await begin('refuse')
    const device = await paired()
    const typed = parsePassword(PASSWORD)
    const direct = (octets: Uint8Array) => post(world, octets)
    const { euKey, ended, trigger } = await triggered(device, { typed }, direct)
    await euKey
    expect(trigger.password).toBeUndefined()
    device.socket.close()
    expect(await ended).toMatchObject({ status: 202 })
    const ports = { credentials: credentialsOf(device), store: device.store }
    const { pne } = await world.createPne(WATCH_ID, undefined, gateway, { ports })
    await pne.start()
    expect(pne.session?.sessionId).toBeDefined()
  })

  test('a PN GW without UI takes its part, and is a PN GW by that EUKey', async () => {
    await begin('refuse')
    const device = await paired(OTHER_GATEWAY_ID)
    const direct = (octets: Uint8Array) => post(world, octets)
    const { euKey } = await triggered(device, { password: parsePassword(PASSWORD) }, direct)
    await euKey
    const other = world.createGateway({
      options: { entityId: OTHER_GATEWAY_ID },
      ports: { credentials: credentialsOf(device) },
    })
    await other.start()
    expect(other.session?.sessionId).toBeDefined()
    // Of Alice too, so it can pair and trigger her PNEs.
    const opened = other.pair({ pne: CAR_ID, userId: ALICE })
    const socket = connectPne(other)
    const names = { entityId: CAR_ID, gatewayEntityId: OTHER_GATEWAY_ID }
    const wish = { ...names, code: opened.code }
    const owner = await registerOwner(socket, wish, { clock: world.clock, random })
    expect(owner.userId).toBe('alice')
  })
})

describe('attacks', () => {
  /** The trigger that a device was sent, as it was on CPNS-1. */
  const capture = () => {
    const seen: EuKeyAssignmentTrigger[] = []
    const down: Tamper = (frame) => {
      const message = frame.kind === 'text' ? decodeMessage(frame.octets) : undefined
      if (message?.name === 'EUKeyAssignmentTrigger') seen.push(message)
      return [frame]
    }
    return { seen, down }
  }
  /** A hostile PN GW at the other end of a device's socket, and what it hears. */
  async function listenTo(device: Device) {
    const [pne, hostile] = createSocketPair()
    const waiting = waitForTrigger(pne, device.names, portsOf(device))
    await hostile.receive()
    return {
      waiting,
      async says(message: CpnsMessage | Uint8Array) {
        const octets = message instanceof Uint8Array ? message : encodeMessage(message)
        await hostile.send({ kind: 'text', octets })
        return await nextError(hostile)
      },
      end: () => hostile.close(),
    }
  }

  test('a wrong Proof: Error 401, and no request', async () => {
    await begin('trusted-gateway')
    const hostile = await listenTo(await paired())
    const names = { gw: GATEWAY_ID, pne: WATCH_ID, entityId: GATEWAY_ID, transactionId: 't' }
    const trigger = { name: 'EUKeyAssignmentTrigger', nonce: new Uint8Array(16), ...names } as const
    expect(await hostile.says({ ...trigger, proof: new Uint8Array(32) })).toMatchObject({
      status: 401,
    })
    hostile.end()
    expect(await hostile.waiting).toBeUndefined()
  })

  test('a trigger replayed, to this PNE, to another one, through another PN GW', async () => {
    await begin('trusted-gateway')
    const { seen, down } = capture()
    const watch = await paired(WATCH_ID, down)
    await (await triggered(watch, { password: parsePassword(PASSWORD) })).euKey
    const [trigger] = seen
    if (trigger === undefined) throw new Error('no trigger was seen')
    const again = await listenTo(watch)
    expect(await again.says(trigger)).toMatchObject({ status: 409 })
    expect(await again.says(respaced(encodeMessage(trigger)))).toMatchObject({ status: 409 })
    const car = await listenTo(await paired(CAR_ID))
    expect(await car.says(trigger)).toMatchObject({ status: 401 })
    expect(await car.says({ ...trigger, pne: CAR_ID })).toMatchObject({ status: 401 })
    const moved = { ...watch.names, gatewayEntityId: OTHER_GATEWAY_ID }
    const elsewhere = await listenTo({ ...watch, names: moved })
    expect(await elsewhere.says(trigger)).toMatchObject({ status: 401 })
    const renamed = { ...trigger, gw: OTHER_GATEWAY_ID, entityId: OTHER_GATEWAY_ID }
    expect(await elsewhere.says(renamed)).toMatchObject({ status: 401 })
    for (const one of [again, car, elsewhere]) {
      one.end()
      expect(await one.waiting).toBeUndefined()
    }
  })

  test('pairing, trigger and assignment over plain ws are refused', async () => {
    await begin('trusted-gateway')
    const [pne, far] = createSocketPair()
    void gateway.servePne(far, { plain: true })
    const { code } = gateway.pair({ pne: WATCH_ID, userId: ALICE })
    const names = { entityId: WATCH_ID, gatewayEntityId: GATEWAY_ID }
    const ports = { clock: world.clock, random }
    await expect(registerOwner(pne, { ...names, code }, ports)).rejects.toThrow('only over TLS')
    const device = await newDevice(WATCH_ID)
    await expect(waitForTrigger(pne, names, portsOf(device))).rejects.toThrow('only over TLS')
    const password = parsePassword(PASSWORD)
    const asking = obtainEuKey(
      { entityId: WATCH_ID, userId: ALICE, password },
      { ...portsOf(device), exchange: relayedExchange(pne, world) },
    )
    await expect(asking).rejects.toMatchObject({ status: 403 })
  })

  test('a relayed assignment is refused under the default policy', async () => {
    await begin('refuse')
    const device = await paired()
    const { euKey, ended } = await triggered(device, { password: parsePassword(PASSWORD) })
    await expect(euKey).rejects.toMatchObject({ status: 403 })
    expect(await ended).toMatchObject({ status: 403 })
    expect(await device.store.loadEuKey()).toBeUndefined()
  })

  test('an EUKeyAssignmentResponse that was captured gives another PNE nothing', async () => {
    await begin('trusted-gateway')
    const captured: Uint8Array[] = []
    const record: Tamper = (frame) => {
      if (frame.kind === 'text') captured.push(frame.octets)
      return [frame]
    }
    const watch = await paired(WATCH_ID, record)
    await (await triggered(watch, { password: parsePassword(PASSWORD) })).euKey
    const answers = captured.filter(
      (octets) => decodeMessage(octets).name === 'EUKeyAssignmentResponse',
    )
    expect(answers).toHaveLength(1)
    const answer = decodeMessage(answers[0] as Uint8Array)

    // The car's own exchange, up to the answer, which the PN GW swaps.
    const swap: Tamper = (frame) => {
      const message = frame.kind === 'text' ? decodeMessage(frame.octets) : undefined
      if (message?.name !== 'EUKeyAssignmentResponse') return [frame]
      const swapped = { ...answer, transactionId: message.transactionId } as CpnsMessage
      return [{ ...frame, octets: encodeMessage(swapped) }]
    }
    const car = await paired(CAR_ID, swap)
    const { euKey } = await triggered(car, { password: parsePassword(PASSWORD) })
    await expect(euKey).rejects.toThrow('did not prove that it knows the password')
    expect(await car.store.loadEuKey()).toBeUndefined()
  })

  test('whoever claims the EntityID of a PNE gets no password: it lacks the TriggerKey', async () => {
    await begin('trusted-gateway')
    await paired()
    const impostor = await newDevice(WATCH_ID)
    await impostor.store.saveOwner({ userId: ALICE, triggerKey: keyOf(0x13) })
    const waiting = waitForTrigger(impostor.socket, impostor.names, portsOf(impostor))
    const ended = gateway.trigger({
      pne: WATCH_ID,
      userId: ALICE,
      password: parsePassword(PASSWORD),
    })
    expect(await ended).toMatchObject({ status: 401 })
    impostor.socket.close()
    expect(await waiting).toBeUndefined()
  })

  test('a guessed code: 403, and the pairing is over', async () => {
    await begin('trusted-gateway')
    const { code, done } = gateway.pair({ pne: WATCH_ID, userId: ALICE })
    const { names, socket, store } = await newDevice(WATCH_ID)
    const showing = (shown: string) =>
      registerOwner(socket, { ...names, code: shown }, portsOf({ store }))
    await expect(showing('0000-0000')).rejects.toThrow('not paired')
    expect(await done).toMatchObject({ status: 403 })
    await expect(showing(code)).rejects.toThrow('not paired')
  })

  test('a PN GW of somebody else can neither pair nor trigger her PNE', async () => {
    await begin('trusted-gateway')
    const device = await paired()
    expect(await world.store.unlinkUser(GATEWAY_ID, ALICE)).toBe(true)
    const { code, done } = gateway.pair({ pne: CAR_ID, userId: ALICE })
    const car = await newDevice(CAR_ID)
    const wish = { ...car.names, code }
    await expect(registerOwner(car.socket, wish, portsOf(car))).rejects.toThrow('(403)')
    expect(await done).toMatchObject({ status: 403 })
    const waiting = waitForTrigger(device.socket, device.names, portsOf(device))
    expect(await gateway.trigger({ pne: WATCH_ID, userId: ALICE })).toMatchObject({ status: 403 })
    device.socket.close()
    expect(await waiting).toBeUndefined()
  })

  test('neither TriggerKey, password nor code is in any trace or log', async () => {
    await begin('trusted-gateway')
    const { code, done } = gateway.pair({ pne: WATCH_ID, userId: ALICE })
    const device = await newDevice(WATCH_ID)
    const { names, socket, store } = device
    await store.saveOwner(await registerOwner(socket, { ...names, code }, portsOf(device)))
    await done
    await (await triggered(device, { password: parsePassword(PASSWORD) })).euKey
    const key = (await store.loadOwner())?.triggerKey.reveal() as Uint8Array
    const said = JSON.stringify([world.traced, world.logLines])
    const traced = ['UserInfoRegistration', 'UserInfoInstallation', 'EUKeyAssignmentTrigger']
    for (const name of traced) expect(said).toContain(name)
    for (const secret of [toHex(key), toBase64(key), PASSWORD, code]) {
      expect(said).not.toContain(secret)
    }
  })
})
