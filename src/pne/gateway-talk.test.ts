import { beforeEach, describe, expect, test } from 'vitest'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { type CpnsMessage, decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { triggerProof } from '../cpns/trigger.ts'
import { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, InvalidMessage, TransportFailed } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { registerOwner, relayedExchange, waitForTrigger } from './gateway-talk.ts'
import type { OwnerStore } from './owner-store.ts'

const GATEWAY = parseEntityId('urn:x:gw')
const WATCH = parseEntityId('urn:x:watch')
const NAMES = { entityId: WATCH, gatewayEntityId: GATEWAY }
const KEY = Secret.of(new Uint8Array(32).fill(1))
const OWNER = { userId: parseUserId('alice'), triggerKey: KEY }

let clock: VirtualClock
let pne: FrameSocket
let gateway: FrameSocket
let store: OwnerStore
let seen: string[]

beforeEach(() => {
  clock = createVirtualClock()
  ;[pne, gateway] = createSocketPair()
  store = {
    loadOwner: async () => OWNER,
    saveOwner: async () => {},
    takeNonce: async () => true,
  }
  seen = []
})

const ports = () => ({
  clock,
  random: createSeededRandom('gateway talk'),
  store,
  seen: (side: string, { name }: CpnsMessage) => void seen.push(`${side} ${name}`),
})

async function heard(): Promise<CpnsMessage> {
  return decodeMessage((await gateway.receive())?.octets as Uint8Array)
}

const say = (message: CpnsMessage) => gateway.send({ kind: 'text', octets: encodeMessage(message) })

const installation = (transactionId: string, forPne = WATCH): CpnsMessage => ({
  name: 'UserInfoInstallation',
  transactionId,
  entityId: parseEntityId('urn:x:server'),
  pne: forPne,
  ...OWNER,
})

const errorOf = (status: 403 | 409, transactionId?: string): CpnsMessage => ({
  name: 'Error',
  entityId: GATEWAY,
  status,
  detail: 'no',
  ...(transactionId !== undefined && { transactionId }),
})

describe('registerOwner', () => {
  test('shows the code, and gives the owner', async () => {
    const owner = registerOwner(pne, { ...NAMES, code: 'ABCD-1234' }, ports())
    const asked = await heard()
    expect(asked).toMatchObject({
      name: 'UserInfoRegistration',
      entityId: WATCH,
      pne: WATCH,
      code: 'ABCD-1234',
    })
    await say(installation('of another exchange'))
    await say(installation(asked.transactionId ?? ''))
    const { userId, triggerKey } = await owner
    expect([userId, triggerKey.equals(KEY)]).toEqual(['alice', true])
    expect(seen).toEqual(['sent UserInfoRegistration', 'received UserInfoInstallation'])
  })

  const answering = async (answer: (transactionId: string) => CpnsMessage) => {
    const owner = registerOwner(pne, { ...NAMES, code: 'X' }, ports())
    await say(answer((await heard()).transactionId ?? ''))
    return owner
  }

  test('a refusal says why', async () => {
    const refused = answering((transactionId) => errorOf(403, transactionId))
    await expect(refused).rejects.toThrow(
      new AuthenticationFailed('the PN GW did not pair: no (403)'),
    )
  })

  test('the installation of another PNE is none', async () => {
    const wrong = answering((transactionId) => installation(transactionId, GATEWAY))
    await expect(wrong).rejects.toThrow(InvalidMessage)
  })

  test('no answer in 30 s, or the end of the connection', async () => {
    const late = registerOwner(pne, { ...NAMES, code: 'X' }, ports())
    const failed = expect(late).rejects.toThrow('no answer came in time')
    await clock.advance(30_000)
    await failed
    ;[pne, gateway] = createSocketPair()
    const cut = registerOwner(pne, { ...NAMES, code: 'X' }, ports())
    gateway.close()
    await expect(cut).rejects.toThrow(TransportFailed)
  })
})

describe('waitForTrigger', () => {
  const nonce = new Uint8Array(16).fill(4)
  const context = { gw: GATEWAY, pne: WATCH, nonce }
  const trigger = (proof = triggerProof(KEY, context)): CpnsMessage => ({
    name: 'EUKeyAssignmentTrigger',
    transactionId: 't-9',
    entityId: GATEWAY,
    ...context,
    proof,
  })

  test('says that it waits; a wrong one is Error 401, and it goes on waiting', async () => {
    const waiting = waitForTrigger(pne, NAMES, ports())
    expect(await heard()).toMatchObject({ name: 'UserInfoRegistration', pne: WATCH })
    await say(trigger(new Uint8Array(32)))
    expect(await heard()).toMatchObject({
      name: 'Error',
      transactionId: 't-9',
      entityId: WATCH,
      status: 401,
    })
    await say(trigger())
    expect(await waiting).toEqual({ outcome: 'accepted', nonce, userId: 'alice' })
  })

  test('ends with the connection', async () => {
    const waiting = waitForTrigger(pne, NAMES, ports())
    await heard()
    gateway.close()
    expect(await waiting).toBeUndefined()
  })

  test('a PN GW that wants nothing of it says so', async () => {
    const waiting = waitForTrigger(pne, NAMES, ports())
    await say(errorOf(403))
    await expect(waiting).rejects.toThrow('the PN GW refused: no (403)')
  })
})

describe('relayedExchange', () => {
  test('sends as it is, and brings the octets of the same exchange', async () => {
    const exchange = relayedExchange(pne, { clock })
    const octets = encodeMessage(errorOf(409, 't-1'))
    const answer = exchange(octets)
    expect(await heard()).toMatchObject({ transactionId: 't-1' })
    await say(installation('t-2'))
    await say(installation('t-1'))
    expect(await answer).toEqual(encodeMessage(installation('t-1')))
  })

  test('an Error that names no exchange is the answer too', async () => {
    const answer = relayedExchange(pne, { clock })(encodeMessage(installation('t-1')))
    await say(errorOf(403))
    expect(decodeMessage(await answer)).toMatchObject({ status: 403 })
  })
})
