import { beforeEach, describe, expect, test } from 'vitest'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { encodeAttachRequest } from '../cpns/attachment.ts'
import { type CpnsMessage, decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { utf8 } from '../octets/octets.ts'
import type { FrameSocket } from '../ports/frame-socket.ts'
import { noLog } from '../ports/log.ts'
import { PneSockets } from './pne-sockets.ts'

const GATEWAY = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000002')
const WATCH = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000003')
const CAR = parseEntityId('urn:uuid:00000000-0000-4000-8000-000000000004')
const SESSION = 'a'.repeat(32)
const ATTACH = encodeAttachRequest({ sessionId: SESSION, clientNonce: new Uint8Array(16) })

let clock: VirtualClock
let sockets: PneSockets
/** What went to the server. */
let forwarded: { readonly pne: EntityId; readonly octets: Uint8Array }[]
let ready: () => Promise<void>
let forward: () => Promise<void>
/** Sessions that the server was told the end of the way of. */
let gone: string[]
/** What the desk was told, by name. */
let atDesk: string[]

beforeEach(() => {
  clock = createVirtualClock()
  forwarded = []
  atDesk = []
  gone = []
  ready = async () => {}
  forward = async () => {}
  sockets = new PneSockets({
    entityId: GATEWAY,
    clock,
    log: noLog,
    desk: {
      noteDelivered: ({ name }) => void atDesk.push(`delivered ${name}`),
      noteError: ({ status }) => void atDesk.push(`error ${status}`),
      noteRequest: ({ userId }) => void atDesk.push(`request of ${userId}`),
      takeRegistration: (_, { pne }) => void atDesk.push(`registration of ${pne}`),
    },
    gone: (pne, sessionId) => void gone.push(`${pne} ${sessionId}`),
    trace: { fromPne: () => {}, toPne: () => {}, relayed: () => {} },
    isReady: () => false,
    ready: () => ready(),
    async forward(pne, octets) {
      await forward()
      forwarded.push({ pne, octets })
    },
  })
})

function connect(capacity?: number, plain = false): FrameSocket {
  const [client, far] = createSocketPair(capacity === undefined ? {} : { capacity })
  void sockets.serve(far, { plain })
  return client
}

const settled = () => clock.advance(0)

async function sendText(socket: FrameSocket, message: CpnsMessage): Promise<void> {
  await socket.send({ kind: 'text', octets: encodeMessage(message) })
  await settled()
}

async function sendBinary(socket: FrameSocket, octets = ATTACH): Promise<void> {
  await socket.send({ kind: 'binary', octets })
  await settled()
}

const connectRequest = (entityId = WATCH, transactionId = 't-1'): CpnsMessage => ({
  name: 'ConnectRequest',
  transactionId,
  entityId,
  randomClient: new Uint8Array(16),
  role: 'pne',
  via: GATEWAY,
  algorithms: ['HMAC-SHA-256'],
})

const admit = (transactionId = 't-1', sessionId = SESSION, pne = WATCH): void =>
  sockets.noteStatus({
    name: 'PneStatus',
    transactionId,
    entityId: GATEWAY,
    pne,
    sessionId,
    state: 'admitted',
    secondsLeft: 60,
  })

/** A PNE whose session is admitted. */
async function admittedPne(entityId = WATCH, transactionId = 't-1'): Promise<FrameSocket> {
  const socket = connect()
  await sendText(socket, connectRequest(entityId, transactionId))
  admit(transactionId, SESSION, entityId)
  forwarded.length = 0
  return socket
}

async function nextStatus(socket: FrameSocket): Promise<number | undefined> {
  const frame = await socket.receive()
  if (frame?.kind !== 'text') return undefined
  const message = decodeMessage(frame.octets)
  return 'status' in message ? message.status : undefined
}

/** What waits for the PNE, without waiting for it. */
const pendingFrame = (socket: FrameSocket) =>
  Promise.race([socket.receive(), settled().then(() => 'nothing' as const)])

describe('assignment and trigger', () => {
  const request: CpnsMessage = {
    name: 'EUKeyAssignmentRequest',
    transactionId: 't-1',
    entityId: WATCH,
    userId: parseUserId('alice'),
    randomClient: new Uint8Array(16),
    algorithms: ['HMAC-SHA-256'],
  }
  const registration: CpnsMessage = {
    name: 'UserInfoRegistration',
    transactionId: 't-1',
    entityId: WATCH,
    pne: WATCH,
  }

  test('an EUKeyAssignmentRequest goes to the server as it came, and its answer to the PNE', async () => {
    const socket = connect()
    await sendText(socket, request)
    expect(forwarded).toEqual([{ pne: WATCH, octets: encodeMessage(request) }])
    const answer = { transactionId: 't-1', entityId: GATEWAY, status: 403 } as const
    sockets.deliver(WATCH, encodeMessage({ name: 'EUKeyAssignmentResponse', ...answer }))
    expect(await nextStatus(socket)).toBe(403)
    expect(atDesk).toEqual(['request of alice', 'delivered EUKeyAssignmentResponse'])
  })

  test('a UserInfoRegistration stays here', async () => {
    await sendText(connect(), registration)
    expect([forwarded, atDesk]).toEqual([[], [`registration of ${WATCH}`]])
  })

  test.each([request, registration])('$name without TLS is 403', async (message) => {
    const socket = connect(undefined, true)
    await sendText(socket, message)
    expect(await nextStatus(socket)).toBe(403)
    expect([forwarded, atDesk]).toEqual([[], []])
  })

  test('a UserInfoRegistration for another PNE is 403, on a new socket and on one in use', async () => {
    const socket = connect()
    await sendText(socket, { ...registration, pne: CAR })
    expect(await nextStatus(socket)).toBe(403)
    await sendText(socket, connectRequest())
    await sendText(socket, { ...registration, entityId: CAR, pne: CAR })
    expect(await nextStatus(socket)).toBe(403)
    expect(atDesk).toEqual([])
  })

  test('an Error of a PNE is for the desk, and is not answered', async () => {
    const socket = connect()
    await sendText(socket, { name: 'Error', entityId: WATCH, status: 401, detail: 'no' })
    expect(atDesk).toEqual(['error 401'])
    expect(await pendingFrame(socket)).toBe('nothing')
  })
})

describe('handshake messages', () => {
  test('go to the server for whom they say they are from, octet for octet', async () => {
    const socket = connect()
    await sendText(socket, connectRequest())
    expect(forwarded).toEqual([{ pne: WATCH, octets: encodeMessage(connectRequest()) }])
  })

  test('of another entity on the same socket are 403', async () => {
    const socket = connect()
    await sendText(socket, connectRequest())
    await sendText(socket, connectRequest(CAR, 't-2'))
    expect(await nextStatus(socket)).toBe(403)
    expect(forwarded).toHaveLength(1)
  })

  test('of an exchange that another socket carries are 409', async () => {
    await sendText(connect(), connectRequest())
    const thief = connect()
    await sendText(thief, connectRequest())
    expect(await nextStatus(thief)).toBe(409)
    expect(forwarded).toHaveLength(1)
  })

  test('of other kinds are 400, an Error is not answered', async () => {
    const socket = connect()
    await sendText(socket, {
      name: 'Error',
      entityId: WATCH,
      status: 400,
      detail: 'I did not understand',
    })
    await sendText(socket, { name: 'Disconnect', transactionId: 't', entityId: WATCH })
    expect(await nextStatus(socket)).toBe(400)
    expect(await pendingFrame(socket)).toBe('nothing')
    expect(forwarded).toEqual([])
  })

  test('that are none are 400, and the socket goes on', async () => {
    const socket = connect()
    await socket.send({ kind: 'text', octets: utf8('hello') })
    await sendBinary(socket, utf8('hello'))
    await sendBinary(socket, encodeMessage(connectRequest()))
    // Its name is cut in the answer, between two characters.
    await socket.send({ kind: 'text', octets: utf8(`<a${'\u{10000}'.repeat(64)}/>`) })
    for (let n = 0; n < 4; n++) expect(await nextStatus(socket)).toBe(400)
    await sendText(socket, connectRequest())
    expect(forwarded).toHaveLength(1)
  })

  test('that met the end of a connection are sent once more', async () => {
    let failures = 1
    forward = async () => {
      if (failures-- > 0) throw new TransportFailed('the connection has ended')
    }
    await sendText(connect(), connectRequest())
    expect(forwarded).toHaveLength(1)
  })
})

describe('attach frames and records', () => {
  test('before the server admitted the session are refused', async () => {
    const socket = connect()
    await sendBinary(socket)
    await sendText(socket, connectRequest())
    await sendBinary(socket)
    expect([await nextStatus(socket), await nextStatus(socket)]).toEqual([401, 401])
    expect(forwarded).toHaveLength(1)
  })

  test('after that they go, for the PNE of the socket', async () => {
    const socket = await admittedPne()
    await sendBinary(socket)
    expect(forwarded).toEqual([{ pne: WATCH, octets: ATTACH }])
  })

  test('of another session are refused', async () => {
    const socket = await admittedPne()
    const sessionId = 'b'.repeat(32)
    await sendBinary(socket, encodeAttachRequest({ sessionId, clientNonce: new Uint8Array(16) }))
    expect(await nextStatus(socket)).toBe(401)
  })

  test('on another socket of the same EntityID are refused', async () => {
    const own = connect()
    await sendText(own, connectRequest(WATCH, 't-1'))
    const other = connect()
    await sendText(other, connectRequest(WATCH, 't-2'))
    admit('t-1')
    forwarded.length = 0
    await sendBinary(other)
    expect(await nextStatus(other)).toBe(401)
    expect(forwarded).toEqual([])
    await sendBinary(own)
    expect(forwarded).toHaveLength(1)
  })

  test('after the session ended are refused', async () => {
    const socket = await admittedPne()
    await clock.advance(60_000)
    await sendBinary(socket)
    expect(await nextStatus(socket)).toBe(401)
  })

  test('that cannot be sent are dropped, and the socket goes on: the gap tells both ends', async () => {
    const socket = await admittedPne()
    let failures = 1
    forward = async () => {
      if (failures-- > 0) throw new TransportFailed('the connection has ended')
    }
    await sendBinary(socket)
    await sendBinary(socket)
    expect(forwarded).toHaveLength(1)
  })
})

describe('while the PN GW has no session', () => {
  test('a PNE is read no further than one frame, and nothing is dropped', async () => {
    const socket = await admittedPne()
    let open: (() => void) | undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    ready = () => opened
    for (let n = 0; n < 5; n++) await sendBinary(socket)
    expect(forwarded).toEqual([])
    open?.()
    await settled()
    expect(forwarded).toHaveLength(5)
  })

  test('a PNE that goes is forgotten, and what it sent does not go any more', async () => {
    const socket = await admittedPne()
    let open: (() => void) | undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    ready = () => opened
    await sendBinary(socket)
    socket.close()
    await settled()
    expect(sockets.count).toBe(0)
    open?.()
    await settled()
    expect(forwarded).toEqual([])
  })

  test('and will have none, the PNE is told by the end of its socket', async () => {
    const socket = await admittedPne()
    ready = async () => {
      throw new AuthenticationFailed('there is no EUKey')
    }
    await sendBinary(socket)
    expect(await socket.receive()).toBeUndefined()
    expect(sockets.count).toBe(0)
  })
})

describe('what the server sends', () => {
  const answer = (transactionId?: string): Uint8Array =>
    encodeMessage({
      name: 'Error',
      entityId: GATEWAY,
      status: 409,
      detail: 'x',
      ...(transactionId !== undefined && { transactionId }),
    })

  test('goes where the exchange came from', async () => {
    const first = connect()
    await sendText(first, connectRequest(WATCH, 't-1'))
    const second = connect()
    await sendText(second, connectRequest(WATCH, 't-2'))
    sockets.deliver(WATCH, answer('t-2'))
    expect(await nextStatus(second)).toBe(409)
    expect(await pendingFrame(first)).toBe('nothing')
  })

  test('without exchange goes to the sockets that use a session', async () => {
    const admitted = await admittedPne()
    const other = connect()
    await sendText(other, connectRequest(WATCH, 't-2'))
    sockets.deliver(WATCH, answer())
    expect(await nextStatus(admitted)).toBe(409)
    expect(await pendingFrame(other)).toBe('nothing')
  })

  test('as a record goes where its session was admitted', async () => {
    const admitted = await admittedPne()
    const other = await admittedPne(CAR, 't-2')
    sockets.deliver(WATCH, ATTACH)
    expect((await admitted.receive())?.octets).toEqual(ATTACH)
    expect(await pendingFrame(other)).toBe('nothing')
  })

  test('for a PNE that is not here goes nowhere', async () => {
    const socket = await admittedPne()
    sockets.deliver(CAR, ATTACH)
    sockets.deliver(CAR, answer('t-1'))
    expect(await pendingFrame(socket)).toBe('nothing')
  })

  test('to a PNE that reads nothing ends its socket, and no other', async () => {
    const slow = connect(1)
    await sendText(slow, connectRequest())
    admit()
    const other = await admittedPne(CAR, 't-2')
    for (let n = 0; n < 300; n++) sockets.deliver(WATCH, ATTACH)
    await settled()
    expect(sockets.count).toBe(1)
    sockets.deliver(CAR, ATTACH)
    expect((await other.receive())?.octets).toEqual(ATTACH)
  })
})

describe('an interruption on CPNS-2', () => {
  test('is told to those who use a session', async () => {
    const admitted = await admittedPne()
    const other = connect()
    await sendText(other, connectRequest(CAR, 't-2'))
    sockets.noteInterruption()
    expect(await nextStatus(admitted)).toBe(409)
    expect(await pendingFrame(other)).toBe('nothing')
  })
})

describe('a PNE that goes', () => {
  test('is told to the server, with each session that was admitted there', async () => {
    const socket = await admittedPne()
    await sendText(socket, connectRequest(WATCH, 't-2'))
    admit('t-2', 'b'.repeat(32))
    expect(gone).toEqual([])
    socket.close()
    await settled()
    expect(gone).toEqual([`${WATCH} ${SESSION}`, `${WATCH} ${'b'.repeat(32)}`])
  })

  test('before it was admitted, or when that is over, is nobody to the server', async () => {
    const early = connect()
    await sendText(early, connectRequest())
    early.close()
    const late = await admittedPne(WATCH, 't-3')
    await clock.advance(60_000)
    late.close()
    await settled()
    expect(gone).toEqual([])
  })
})

test('sockets are counted, and all closed at the end', async () => {
  const [first, second] = [connect(), connect()]
  expect(sockets.count).toBe(2)
  first.close()
  await settled()
  expect(sockets.count).toBe(1)
  sockets.close()
  await settled()
  expect([sockets.count, await second.receive()]).toEqual([0, undefined])
  expect(clock.pendingTimers()).toBe(0)
})
