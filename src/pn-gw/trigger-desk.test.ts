import { beforeEach, describe, expect, test } from 'vitest'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import type { CpnsMessage, EuKeyAssignmentTrigger, UserInfoRegistration } from '../cpns/messages.ts'
import { isTriggerProof, openTriggerPassword } from '../cpns/trigger.ts'
import { Secret } from '../crypto/secret.ts'
import { TransportFailed } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { utf8 } from '../octets/octets.ts'
import { PneLine } from './pne-line.ts'
import { TriggerDesk } from './trigger-desk.ts'

const SERVER = parseEntityId('urn:x:server')
const GATEWAY = parseEntityId('urn:x:gw')
const WATCH = parseEntityId('urn:x:watch')
const ALICE = parseUserId('alice')
const WISH = { pne: WATCH, userId: ALICE }
const keyOctets = () => new Uint8Array(32).fill(0x4b)

let clock: VirtualClock
let desk: TriggerDesk
/** What the server is asked; each is answered by `serverAnswer`. */
let asked: UserInfoRegistration[]
let serverAnswer: (question: UserInfoRegistration) => CpnsMessage
/** What PNEs were told. */
let told: CpnsMessage[]

beforeEach(() => {
  clock = createVirtualClock()
  asked = []
  told = []
  serverAnswer = ({ transactionId, pne }) => ({
    name: 'UserInfoInstallation',
    transactionId,
    entityId: SERVER,
    pne,
    userId: ALICE,
    triggerKey: Secret.of(keyOctets()),
  })
  desk = new TriggerDesk({
    entityId: GATEWAY,
    clock,
    random: createSeededRandom('trigger desk'),
    async askServer(question) {
      asked.push(question)
      desk.takeAnswer(serverAnswer(question))
    },
    // As it was on the wire: the desk wipes its own key.
    tell: (_, message) =>
      void told.push(
        message.name === 'UserInfoInstallation'
          ? { ...message, triggerKey: Secret.of(message.triggerKey.reveal()) }
          : message,
      ),
  })
})

const refusal = (status: 403 | 429) => (question: UserInfoRegistration) =>
  ({
    name: 'Error',
    transactionId: question.transactionId,
    entityId: SERVER,
    status,
    detail: 'no',
  }) as const

const lineOf = (): PneLine => new PneLine(createSocketPair()[1], clock)
const settled = () => clock.advance(0)

const register = (line: PneLine, code?: string): void =>
  desk.takeRegistration(line, {
    name: 'UserInfoRegistration',
    transactionId: 'p-1',
    entityId: WATCH,
    pne: WATCH,
    ...(code !== undefined && { code }),
  })

/** The trigger that the PNE was sent. */
const triggerSent = (): EuKeyAssignmentTrigger => {
  const sent = told.find((message) => message.name === 'EUKeyAssignmentTrigger')
  if (sent === undefined) throw new Error('no trigger was sent')
  return sent
}

describe('a pairing', () => {
  test('with the right code gives the PNE what the server gave, and its exchange', async () => {
    const { code, done } = desk.pair(WISH)
    register(lineOf(), code)
    await settled()
    expect(await done).toMatchObject({ status: 200 })
    expect(asked).toMatchObject([{ transactionId: 'p-1', entityId: GATEWAY, ...WISH }])
    expect(told).toMatchObject([{ name: 'UserInfoInstallation', transactionId: 'p-1' }])
    const [installation] = told
    if (installation?.name !== 'UserInfoInstallation') throw new Error('none')
    expect(installation.triggerKey.equals(Secret.of(keyOctets()))).toBe(true)
  })

  test('with a wrong code, or that nobody began, is 403 and asks nobody', async () => {
    const { done } = desk.pair(WISH)
    register(lineOf(), 'WRONG')
    register(lineOf(), 'WRONG')
    await settled()
    expect(await done).toMatchObject({ status: 403, detail: 'the PNE showed a wrong code' })
    expect(told.map((message) => 'status' in message && message.status)).toEqual([403, 403])
    expect(asked).toEqual([])
  })

  test('that the server refuses, or cannot be asked about, ends so', async () => {
    serverAnswer = refusal(403)
    const refused = desk.pair(WISH)
    register(lineOf(), refused.code)
    expect(await refused.done).toMatchObject({ status: 403 })
    serverAnswer = () => {
      throw new TransportFailed('no session')
    }
    const failed = desk.pair(WISH)
    register(lineOf(), failed.code)
    expect(await failed.done).toMatchObject({ status: 503, detail: 'no session' })
    expect(told.map((message) => 'status' in message && message.status)).toEqual([403, 503])
  })
})

describe('a trigger', () => {
  test('waits for its PNE, and proves PN GW, PNE and Nonce', async () => {
    const ended = desk.trigger(WISH)
    await settled()
    expect(asked).toEqual([])
    register(lineOf())
    await settled()
    const { gw, pne, nonce, proof, encryptedPassword } = triggerSent()
    expect([gw, pne, encryptedPassword]).toEqual([GATEWAY, WATCH, undefined])
    expect(isTriggerProof(Secret.of(keyOctets()), { gw, pne, nonce }, proof)).toBe(true)
    desk.stop()
    expect(await ended).toMatchObject({ status: 503 })
  })

  test('carries a password that only the TriggerKey opens', async () => {
    register(lineOf())
    void desk.trigger({ ...WISH, password: Secret.of(utf8('open sesame')) })
    await settled()
    const { gw, pne, nonce, encryptedPassword } = triggerSent()
    const { iv, sealed } = encryptedPassword as NonNullable<typeof encryptedPassword>
    expect(iv).not.toEqual(new Uint8Array(12))
    const opened = openTriggerPassword(Secret.of(keyOctets()), { gw, pne, nonce, iv }, sealed)
    expect(opened?.equals(Secret.of(utf8('open sesame')))).toBe(true)
    expect(JSON.stringify(told)).not.toContain('sesame')
  })

  test('for a PNE that does not come is 408', async () => {
    const ended = desk.trigger(WISH)
    await clock.advance(30_000)
    expect(await ended).toMatchObject({ status: 408 })
    expect([asked, told]).toEqual([[], []])
  })

  test('for a PNE that went away is 408', async () => {
    const line = lineOf()
    register(line)
    line.close('gone')
    await settled()
    const ended = desk.trigger(WISH)
    await clock.advance(30_000)
    expect(await ended).toMatchObject({ status: 408 })
  })

  test('that the server refuses sends nothing', async () => {
    serverAnswer = refusal(403)
    register(lineOf())
    expect(await desk.trigger(WISH)).toMatchObject({ status: 403 })
    expect(told).toEqual([])
  })

  test('has another Nonce each time', async () => {
    register(lineOf())
    void desk.trigger(WISH)
    await settled()
    const first = triggerSent()
    told.length = 0
    register(lineOf())
    void desk.trigger(WISH)
    await settled()
    expect(triggerSent().nonce).not.toEqual(first.nonce)
  })
})

describe('what becomes of a trigger', () => {
  const triggered = async (line = lineOf()) => {
    register(line)
    const ended = desk.trigger(WISH)
    await settled()
    return { ended, ...triggerSent() }
  }
  const request = (nonce: Uint8Array, entityId = WATCH) =>
    desk.noteRequest({
      name: 'EUKeyAssignmentRequest',
      transactionId: 'a-1',
      entityId,
      userId: ALICE,
      randomClient: new Uint8Array(16),
      algorithms: ['HMAC-SHA-256'],
      nonce,
    })
  const deliver = (status: 401 | 403, transactionId = 'a-1') =>
    desk.noteDelivered({
      name: 'EUKeyAssignmentResponse',
      transactionId,
      entityId: SERVER,
      status,
    })

  test('the answer of the server to the request with its Nonce', async () => {
    const { ended, nonce } = await triggered()
    request(new Uint8Array(16))
    request(nonce, parseEntityId('urn:x:other'))
    deliver(403)
    request(nonce)
    deliver(403, 'a-2')
    deliver(401)
    expect(await ended).toEqual({ status: 401, detail: 'the server gave the PNE no EUKey' })
  })

  test('an Error of this PNE in this exchange', async () => {
    const { ended, transactionId } = await triggered()
    const error = { name: 'Error', status: 401, detail: 'wrong' } as const
    desk.noteError({ ...error, entityId: parseEntityId('urn:x:other'), transactionId })
    desk.noteError({ ...error, entityId: WATCH, transactionId: 'x' })
    desk.noteError({ ...error, entityId: WATCH, status: 409, transactionId })
    expect(await ended).toEqual({ status: 409, detail: 'the PNE: wrong' })
  })

  test('nothing that is seen here: the PNE was told', async () => {
    const line = lineOf()
    const { ended } = await triggered(line)
    line.close('done')
    expect(await ended).toMatchObject({ status: 202 })
    told.length = 0
    const silent = await triggered()
    await clock.advance(60_000)
    expect(await silent.ended).toMatchObject({ status: 202 })
  })
})
