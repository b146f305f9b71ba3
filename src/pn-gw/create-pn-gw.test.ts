import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  btidOf,
  type CpnsWorld,
  connectPne,
  createCpnsWorld,
  fixedCredentials,
  GATEWAY_ID,
  gbaCredentials,
  gbaUAnswer,
  keyOf,
  SERVER_ID,
  settle,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import { createSocketPair } from '../../test/support/memory-socket.ts'
import { HandServer } from '../cpns/hand-server.fixture.ts'
import { decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { encodeRelayContent } from '../cpns/record-content.ts'
import { AuthenticationFailed } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import type { PnGw } from './create-pn-gw.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

describe('a PN GW', () => {
  test('says when it forwards, with a session that can be shown', async () => {
    const ups: string[] = []
    const gateway = world.createGateway({
      ports: { onUp: ({ sessionId }, isNew) => void ups.push(`${sessionId} ${isNew}`) },
    })
    await gateway.start()
    await gateway.whenUp()
    expect(ups).toEqual([`${gateway.session?.sessionId} true`])
  })

  test('says when it does not any more, and why', async () => {
    const downs: string[] = []
    const gateway = world.createGateway({ ports: { onDown: (reason) => void downs.push(reason) } })
    await gateway.start()
    world.cutConnections()
    await settle()
    expect(downs).toEqual(['closed'])
  })

  test('gives up with the reason, and can be started when the cause is gone', async () => {
    let octet = 9
    const failures: string[] = []
    const gateway = world.createGateway({
      ports: {
        credentials: {
          obtain: async () => ({
            ...gbaCredentials(1),
            euKey: keyOf(octet),
            keyType: 'ks-ext-naf',
          }),
        },
        onFailed: (error) => void failures.push(error.message),
      },
    })
    await expect(gateway.start()).rejects.toThrow(AuthenticationFailed)
    expect(failures).toHaveLength(1)
    octet = 1
    await gateway.start()
    expect(world.server.attachedCount).toBe(1)
  })

  test('that stops closes its PNE sockets and its connection', async () => {
    const gateway = world.createGateway()
    await gateway.start()
    const pne = connectPne(gateway)
    await settle()
    expect(gateway.pneCount).toBe(1)
    gateway.stop()
    expect(await pne.receive()).toBeUndefined()
    await settle()
    expect([gateway.pneCount, gateway.session, world.server.attachedCount]).toEqual([
      0,
      undefined,
      0,
    ])
  })

  test('traces its own handshake on CPNS-2, both ways', async () => {
    await world.createGateway().start()
    const own = world.traced.flatMap((item) =>
      item.kind === 'message' && (item.side === 'sent') === (item.from === GATEWAY_ID)
        ? [`${item.point} ${item.side} ${item.message}`]
        : [],
    )
    expect(own).toEqual([
      'CPNS-2 sent ConnectRequest',
      'CPNS-2 received AuthenticateRequest',
      'CPNS-2 sent AuthenticateResponse',
      'CPNS-2 received ConnectResponse',
    ])
  })
})

describe('records of the server', () => {
  let gateway: PnGw
  let server: HandServer

  /** A PN GW with a server by hand. */
  const attachByHand = async () => {
    const [client, far] = createSocketPair()
    server = new HandServer(far)
    gateway = world.createGateway({
      ports: {
        connectServer: async () => client,
        credentials: fixedCredentials({ euKey: keyOf(3), keyType: 'assigned' }),
      },
    })
    const started = gateway.start()
    const channel = await server.attach(await server.authenticate(3600))
    await started
    return channel
  }

  test('of relay go to the PNE that they name', async () => {
    const channel = await attachByHand()
    const pne = connectPne(gateway)
    await pne.send({
      kind: 'text',
      octets: encodeMessage({
        name: 'ConnectRequest',
        transactionId: 't',
        entityId: WATCH_ID,
        randomClient: new Uint8Array(16),
        role: 'pne',
        via: GATEWAY_ID,
        algorithms: ['HMAC-SHA-256'],
      }),
    })
    expect(await server.nextRecord(channel)).toMatchObject({ type: 'relay' })
    const error = { name: 'Error', transactionId: 't', entityId: SERVER_ID } as const
    const octets = encodeMessage({ ...error, status: 403, detail: 'x' })
    const content = encodeRelayContent({ entityId: WATCH_ID, octets })
    await server.send('binary', channel.seal('relay', content))
    const frame = await pne.receive()
    expect(decodeMessage(frame?.octets ?? utf8(''))).toMatchObject({ name: 'Error', status: 403 })
  })

  test('that make no sense end nothing', async () => {
    const channel = await attachByHand()
    const bad = [
      channel.seal('relay', Uint8Array.of(9)),
      channel.seal('relay', encodeRelayContent({ entityId: WATCH_ID, octets: utf8('?') })),
      channel.seal('control', utf8('hello')),
      channel.seal(
        'control',
        encodeMessage({ name: 'Disconnect', transactionId: 't', entityId: SERVER_ID }),
      ),
      channel.seal('message', utf8('for nobody')),
    ]
    for (const record of bad) await server.send('binary', record)
    await settle()
    expect(gateway.session).toBeDefined()
    expect(world.logged.filter((event) => event === 'record-not-understood')).toHaveLength(3)
  })
})
