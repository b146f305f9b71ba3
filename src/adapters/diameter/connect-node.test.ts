import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { readAnswer, writeRequest } from '../../diameter/base/command.ts'
import { DiameterFailure } from '../../diameter/base/diameter-failure.ts'
import { handlerOf } from '../../diameter/base/request-desk.ts'
import { MULTIMEDIA_AUTH, type MultimediaAuthRequest } from '../../diameter/zh/multimedia-auth.ts'
import { systemClock } from '../system/system-clock.ts'
import { type ConnectDiameterOptions, connectDiameter } from './connect-node.ts'
import { cea, freshIds, handPeer, resultOf, testPorts } from './diameter.fixture.ts'
import { serveDiameter } from './serve-node.ts'

const APPLICATION = MULTIMEDIA_AUTH.applicationId
const REALM = 'home.example'
const BSF = { originHost: 'bsf.home.example', originRealm: REALM, destinationRealm: REALM }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp()
})

type Answer = (request: MultimediaAuthRequest) => Promise<{ readonly resultCode: number }>

/** A node that answers as it is told, behind a proxy. */
async function serve(originHost: string, answer: Answer = async () => ({ resultCode: 2001 })) {
  const asked: string[] = []
  const handler = handlerOf({
    command: MULTIMEDIA_AUTH,
    async answer(request) {
      asked.push(request.sessionId)
      return { originHost, originRealm: REALM, ...(await answer(request)) }
    },
  })
  const options = { originHost, originRealm: REALM, host: '127.0.0.1', port: 0 }
  const server = await serveDiameter(
    { ...options, applicationId: APPLICATION },
    [handler],
    testPorts(originHost),
  )
  const proxy = await startTcpProxy(server.port)
  cleanups.push(async () => {
    await server.close()
    await proxy.close()
  })
  return { asked, proxy, target: { host: '127.0.0.1', port: proxy.port, originHost } }
}

function connect(
  options: Pick<ConnectDiameterOptions, 'targets'> & Partial<ConnectDiameterOptions>,
  changes: Partial<ReturnType<typeof testPorts>> = {},
) {
  const ports = { ...testPorts('bsf'), ...changes }
  const client = connectDiameter({ ...BSF, ...options, applicationId: APPLICATION }, ports)
  cleanups.push(() => client.close())
  const ask = (changes: Partial<MultimediaAuthRequest> = {}) => {
    const authSessionState = 'NO_STATE_MAINTAINED' as const
    const userName = 'alice@home.example'
    const values = { ...client.nextRequest(), authSessionState, userName, ...changes }
    return client.ask({
      write: (ids) => writeRequest(MULTIMEDIA_AUTH, values, ids),
      read: (message) => readAnswer(MULTIMEDIA_AUTH, message).originHost,
    })
  }
  return { client, ask, logged: ports.logged }
}

test('a request starts with what its node and its way are', () => {
  const { client } = connect({ targets: [], destinationHost: 'hss.home.example' })
  const [first, second] = [client.nextRequest(), client.nextRequest()]
  expect(first).toEqual({
    sessionId: expect.stringMatching(/^bsf\.home\.example;\d+;\d+$/),
    vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId: APPLICATION },
    ...BSF,
    destinationHost: 'hss.home.example',
  })
  expect(second.sessionId).not.toBe(first.sessionId)
})

describe('several peers', () => {
  test('the client is usable while one of them is', async () => {
    const [a, b] = [await serve('a.home.example'), await serve('b.home.example')]
    const { client } = connect({ targets: [a.target, b.target] })
    expect(client.isUsable()).toBe(false)
    await expect.poll(() => client.isUsable(), { timeout: 10_000 }).toBe(true)
    await a.proxy.vanish()
    await b.proxy.vanish()
    await expect.poll(() => client.isUsable(), { timeout: 10_000 }).toBe(false)
    await b.proxy.comeBack()
    await expect.poll(() => client.isUsable(), { timeout: 10_000 }).toBe(true)
  })

  test('the first one is asked while it is there, then the next, then the first one again', async () => {
    const [a, b] = [await serve('a.home.example'), await serve('b.home.example')]
    const { ask } = connect({ targets: [a.target, b.target] })
    expect(await ask()).toBe('a.home.example')
    await a.proxy.vanish()
    expect(await ask()).toBe('b.home.example')
    await a.proxy.comeBack()
    await expect.poll(() => ask()).toBe('a.home.example')
  })

  test.each([
    ['that had lasted: one that is back is tried at once', 10_000, true],
    ['that had not: its wait goes on, or two that drop us would be called without end', 0, false],
  ])('another one is lost %s', async (_name, lastedMs, isTried) => {
    let aheadMs = 0
    const monotonicMs = () => systemClock.monotonicMs() + aheadMs
    const [a, b] = [await serve('a.home.example'), await serve('b.home.example')]
    const clock = { ...systemClock, monotonicMs }
    const { ask, client, logged } = connect({ targets: [a.target, b.target] }, { clock })
    expect(await ask()).toBe('a.home.example')
    const ups = () => logged.filter(({ event }) => event === 'diameter-peer-up').length
    await expect.poll(ups).toBe(2)
    await a.proxy.vanish()
    const hasWaitOf = (ms: number) => logged.some(({ fields }) => fields?.retryMs === ms)
    await expect.poll(() => hasWaitOf(1600), { timeout: 10_000 }).toBe(true)
    await a.proxy.comeBack()
    aheadMs = lastedMs
    await b.proxy.vanish()
    // Of a wait of 1.2 s at least.
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(client.isUsable()).toBe(isTried)
  })

  test('what was under way goes to the next one when a peer is lost', async () => {
    const never: Answer = () => new Promise(() => {})
    const [a, b] = [await serve('a.home.example', never), await serve('b.home.example')]
    const { ask } = connect({ targets: [a.target, b.target] })
    const answers = [ask(), ask()]
    await expect.poll(() => a.asked.length).toBe(2)
    await a.proxy.vanish()
    expect(await Promise.all(answers)).toEqual(['b.home.example', 'b.home.example'])
    expect(b.asked).toEqual(a.asked)
  })

  test('a peer that is too busy, or cannot deliver, is followed by the next', async () => {
    const busy = await serve('a.home.example', async () => ({ resultCode: 3004 }))
    const lost = await serve('b.home.example', async () => {
      const what = { reason: 'no way', field: 'Destination-Host' }
      throw new DiameterFailure('DIAMETER_UNABLE_TO_DELIVER', what)
    })
    const good = await serve('c.home.example')
    const { ask } = connect({ targets: [busy.target, lost.target, good.target] })
    expect(await ask()).toBe('c.home.example')
    expect([busy.asked.length, lost.asked.length]).toEqual([1, 1])
  })

  test('the host that is named is asked before others', async () => {
    const [a, b] = [await serve('a.home.example'), await serve('b.home.example')]
    const targets = [a.target, b.target]
    const { client, ask } = connect({ targets, destinationHost: 'b.home.example' })
    await expect.poll(() => ask()).toBe('b.home.example')
    expect(client.nextRequest().destinationHost).toBe('b.home.example')
  })
})

describe('no answer', () => {
  test('nobody is there', async () => {
    const { proxy, target } = await serve('a.home.example')
    await proxy.vanish()
    const { ask, logged } = connect({ targets: [target] })
    expect(await ask()).toBeUndefined()
    const events = logged.filter(({ event }) => event === 'diameter-no-answer')
    expect(events).toEqual([{ event: 'diameter-no-answer', fields: { outcome: 'unreachable' } }])
  })

  test('none in time', async () => {
    const { target } = await serve('a.home.example', () => new Promise(() => {}))
    const { ask, logged } = connect({ targets: [target], timeoutMs: 50 })
    expect(await ask()).toBeUndefined()
    expect(logged.at(-1)?.fields).toEqual({ outcome: 'timeout' })
  })

  test('one that cannot be read', async () => {
    const { target } = await serve('a.home.example')
    const { client, logged } = connect({ targets: [target] })
    const answer = await client.ask({
      write: (ids) => {
        const values = { ...client.nextRequest(), authSessionState: 'NO_STATE_MAINTAINED' as const }
        return writeRequest(MULTIMEDIA_AUTH, { ...values, userName: 'a@b' }, ids)
      },
      read: () => {
        const what = { reason: 'missing', field: 'Origin-Host' }
        throw new DiameterFailure('DIAMETER_MISSING_AVP', what)
      },
    })
    expect(answer).toBeUndefined()
    expect(logged.at(-1)).toEqual({
      event: 'diameter-answer-wrong',
      fields: { reason: 'Origin-Host: missing' },
    })
  })

  test('a question that no message takes', async () => {
    const { target } = await serve('a.home.example')
    const { ask, logged } = connect({ targets: [target] })
    expect(await ask({ userName: 'a'.repeat(513) })).toBeUndefined()
    expect(logged.at(-1)).toEqual({ event: 'diameter-fault', fields: { reason: 'RangeError' } })
  })
})

test('a request of a peer is refused: this node only asks', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  const { port } = server.address() as AddressInfo
  const accepted = once(server, 'connection') as Promise<[Socket]>
  connect({ targets: [{ host: '127.0.0.1', port, originHost: 'a.home.example' }] })
  const hand = handPeer((await accepted)[0])
  hand.send(cea(await hand.next(), 'a.home.example', APPLICATION))
  const values = {
    sessionId: 'a;1;1',
    vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId: APPLICATION },
    authSessionState: 'NO_STATE_MAINTAINED' as const,
    originHost: 'a.home.example',
    originRealm: REALM,
    destinationRealm: REALM,
    userName: 'alice@home.example',
  }
  hand.send(writeRequest(MULTIMEDIA_AUTH, values, freshIds()))
  expect(resultOf(await hand.next())).toBe(3007)
  hand.socket.destroy()
})
