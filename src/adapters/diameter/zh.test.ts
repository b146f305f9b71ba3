import { afterEach, describe, expect, test } from 'vitest'
import { PATIENT } from '../../../test/contracts/far-side.ts'
import { runZhContract, type ZhContractOptions } from '../../../test/contracts/zh.contract.ts'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { createBsfWorld, IDENTITY } from '../../bsf/bsf-world.fixture.ts'
import type { Avp } from '../../diameter/base/avp.ts'
import { writeAnswer, writeRequest } from '../../diameter/base/command.ts'
import type { DiameterMessage } from '../../diameter/base/message.ts'
import { APPLICATION_ZH, MULTIMEDIA_AUTH } from '../../diameter/zh/multimedia-auth.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import { formatInitialRequest } from '../../gba/ub-messages.ts'
import type { Zh, ZhAnswer } from '../../gba/zh.ts'
import { toBase64, toHex } from '../../octets/octets.ts'
import type { TraceItem } from '../../trace/trace.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import {
  answerByHand,
  cer,
  dialByHand,
  freshIds,
  ofTwoVendors,
  openByHand,
  resultOf,
  testPorts,
} from './diameter.fixture.ts'
import { writeZhAnswer } from './multimedia-auth.ts'
import { connectDiameterZh, serveDiameterZh } from './zh.ts'

const HSS = { originHost: 'hss.home.example', originRealm: 'home.example', host: '127.0.0.1' }
const BSF = { originHost: 'bsf.home.example', originRealm: 'home.example' }

const hssCertificate = testCertificate({ dnsNames: [HSS.originHost], asClient: true })
const bsfCertificate = testCertificate({ dnsNames: [BSF.originHost], asClient: true })
const SERVER_TLS = { ...hssCertificate, clientCa: bsfCertificate.certificatePem }
const CLIENT_TLS = {
  trust: { kind: 'ca', pem: hssCertificate.certificatePem },
  certificate: bsfCertificate,
} as const

function connectOver(transport: 'TCP' | 'TLS'): ZhContractOptions['connect'] {
  return async (hss, { timeoutMs }) => {
    const tls = transport === 'TLS'
    const options = {
      ...HSS,
      port: 0,
      hss,
      bsfs: [BSF.originHost],
      ...(tls && { tls: SERVER_TLS }),
    }
    const server = await serveDiameterZh(options, testPorts('hss'))
    const proxy = await startTcpProxy(server.port)
    const target = {
      host: '127.0.0.1',
      port: proxy.port,
      originHost: HSS.originHost,
      ...(tls && { tls: CLIENT_TLS }),
    }
    const zh = connectDiameterZh(
      { ...BSF, destinationRealm: HSS.originRealm, targets: [target], timeoutMs },
      testPorts('bsf'),
    )
    return {
      zh,
      hss: proxy,
      async close() {
        await zh.close()
        await server.close()
        await proxy.close()
      },
    }
  }
}

runZhContract('Diameter over TCP', { remote: true, connect: connectOver('TCP') })
runZhContract('Diameter over TLS', { remote: true, connect: connectOver('TLS') })

const { rand, autn, ck, ik, res: xres } = WORKED
const SUCCESS: ZhAnswer = {
  outcome: 'success',
  impi: WORKED.impi,
  vector: { rand, autn, xres, ck, ik },
}
const ANSWERING: Zh = { requestVector: async () => SUCCESS }

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function serve(hss: Zh, changes: object = {}, items: TraceItem[] = []) {
  const ports = { ...testPorts('hss'), trace: (item: TraceItem) => items.push(item) }
  const options = { ...HSS, port: 0, hss, bsfs: [BSF.originHost], ...changes }
  const server = await serveDiameterZh(options, ports)
  closing.push(() => server.close())
  return server
}

function mar(
  originHost: string,
  authApplicationId = APPLICATION_ZH,
  userName: string = WORKED.impi,
) {
  const values = {
    sessionId: `${originHost};1;1`,
    vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId },
    authSessionState: 'NO_STATE_MAINTAINED' as const,
    originHost,
    originRealm: 'home.example',
    destinationRealm: HSS.originRealm,
    userName,
  }
  return writeRequest(MULTIMEDIA_AUTH, values, freshIds())
}

test('a request that names the application of Zn in Zh is refused (5004)', async () => {
  const server = await serve(ANSWERING)
  const bsf = await openByHand(server.port, BSF.originHost, APPLICATION_ZH)
  bsf.send(mar(BSF.originHost, APPLICATION_ZH - 1))
  expect(resultOf(await bsf.next())).toBe(5004)
  bsf.socket.destroy()
})

test('a BSF of RFC 3588, which names two vendors in CER and MAR, is answered with the one of 3GPP', async () => {
  const server = await serve(ANSWERING)
  const bsf = await dialByHand(server.port)
  bsf.send(ofTwoVendors(cer(BSF.originHost, APPLICATION_ZH)))
  expect(resultOf(await bsf.next())).toBe(2001)
  bsf.send(ofTwoVendors(mar(BSF.originHost)))
  const maa = await bsf.next()
  const applicationOf = ({ avps }: DiameterMessage) =>
    avps.filter(({ code }) => code === 260).map(({ data }) => toHex(data))
  expect(resultOf(maa)).toBe(2001)
  expect(applicationOf(maa)).toEqual(applicationOf(mar(BSF.originHost)))
  bsf.socket.destroy()
})

test('a User-Name that can be no IMPI is an unknown one (5401), and the HSS is not asked', async () => {
  const asked: unknown[] = []
  const server = await serve({
    async requestVector(request) {
      asked.push(request)
      return SUCCESS
    },
  })
  const bsf = await openByHand(server.port, BSF.originHost, APPLICATION_ZH)
  bsf.send(mar(BSF.originHost, APPLICATION_ZH, 'no IMPI'))
  expect(resultOf(await bsf.next())).toBe(5401)
  bsf.send(mar(BSF.originHost))
  expect(resultOf(await bsf.next())).toBe(2001)
  expect(asked).toHaveLength(1)
  bsf.socket.destroy()
})

test('with TLS the certificate of the HSS has to have its Origin-Host, not its address', async () => {
  const other = testCertificate({ dnsNames: ['other.home.example'], asClient: true })
  const serverTls = { ...other, clientCa: bsfCertificate.certificatePem }
  const server = await serve(ANSWERING, { tls: serverTls })
  const tls = { ...CLIENT_TLS, trust: { kind: 'ca', pem: other.certificatePem } } as const
  const target = { host: '127.0.0.1', port: server.port, originHost: HSS.originHost, tls }
  const ports = testPorts('bsf')
  const way = { ...BSF, destinationRealm: HSS.originRealm, targets: [target] }
  const zh = connectDiameterZh(way, ports)
  closing.push(() => zh.close())
  expect(await zh.requestVector({ impi: WORKED.impi })).toEqual({ outcome: 'unavailable' })
  const reason = expect.stringContaining('another name')
  expect(ports.logged.map(({ fields }) => fields)).toContainEqual(
    expect.objectContaining({ reason }),
  )
})

describe('who gets vectors', () => {
  test('a peer that is no BSF of this HSS is refused at once (3010)', async () => {
    const server = await serve(ANSWERING)
    const stranger = await openByHand(server.port, 'stranger.example', APPLICATION_ZH)
    await stranger.ended
    expect(stranger.inbox).toEqual([])
  })

  test('behind a relay that is trusted: a BSF is served, anybody else refused (5003)', async () => {
    const server = await serve(ANSWERING, { relays: ['relay.example'] })
    const relay = await openByHand(server.port, 'relay.example', APPLICATION_ZH)
    relay.send(mar(BSF.originHost))
    expect(resultOf(await relay.next())).toBe(2001)
    relay.send(mar('stranger.example'))
    expect(resultOf(await relay.next())).toBe(5003)
    relay.socket.destroy()
  })

  test('a BSF does not speak for another one (5004)', async () => {
    const bsfs = [BSF.originHost, 'bsf2.home.example']
    const server = await serve(ANSWERING, { bsfs })
    const peer = await openByHand(server.port, 'bsf2.home.example', APPLICATION_ZH)
    peer.send(mar(BSF.originHost))
    expect(resultOf(await peer.next())).toBe(5004)
    peer.socket.destroy()
  })
})

test.each<[string, object, string]>([
  [
    '5401',
    { experimentalResult: { vendorId: 10_415, experimentalResultCode: 5401 } },
    'identity-unknown',
  ],
  [
    '5401 of no vendor',
    { experimentalResult: { vendorId: 0, experimentalResultCode: 5401 } },
    'unavailable',
  ],
  ['a vector', { ...writeZhAnswer(SUCCESS) }, 'unavailable'],
  ['5012', { resultCode: 5012 }, 'unavailable'],
])('with the E flag only an Experimental-Result counts: %s', async (_name, values, outcome) => {
  const hss = await answerByHand({ ...HSS, applicationId: APPLICATION_ZH }, (asked) => {
    const { originHost, originRealm } = HSS
    const answer = writeAnswer(MULTIMEDIA_AUTH, { originHost, originRealm, ...values }, asked)
    return { ...answer, error: true }
  })
  closing.push(() => hss.close())
  const way = { ...BSF, destinationRealm: HSS.originRealm, targets: [hss.target] }
  const zh = connectDiameterZh(way, testPorts('bsf'))
  closing.push(() => zh.close())
  const resynchronization = { rand, auts: new Uint8Array(14) }
  expect(await zh.requestVector({ impi: WORKED.impi, resynchronization })).toEqual({ outcome })
})

test('an answer that cannot be read is traced, and hides what it holds', async () => {
  const hss = await answerByHand({ ...HSS, applicationId: APPLICATION_ZH }, (asked) => {
    const answer = writeAnswer(MULTIMEDIA_AUTH, { ...HSS, ...writeZhAnswer(SUCCESS) }, asked)
    const broken = (avp: Avp): Avp => ({ ...avp, data: avp.data.subarray(2) })
    return { ...answer, avps: answer.avps.map((avp) => (avp.code === 612 ? broken(avp) : avp)) }
  })
  closing.push(() => hss.close())
  const wires: Uint8Array[] = []
  const trace = (item: TraceItem): void => {
    if (item.kind !== 'message') return
    const octets = item.wire?.({ reveal: false }).octets
    if (octets !== undefined) wires.push(octets)
  }
  const way = { ...BSF, destinationRealm: HSS.originRealm, targets: [hss.target] }
  const zh = connectDiameterZh(way, { ...testPorts('bsf'), trace })
  closing.push(() => zh.close())
  expect(await zh.requestVector({ impi: WORKED.impi })).toEqual({ outcome: 'unavailable' })
  expect(wires).toHaveLength(2)
  for (const secret of [xres, ck, ik]) {
    expect(toHex(wires[1] ?? new Uint8Array(0))).not.toContain(toHex(secret.reveal()))
  }
})

test('each end traces its half under the Session-Id, without XRES, CK and IK', async () => {
  const items: TraceItem[] = []
  const server = await serve(ANSWERING, {}, items)
  const zh = connectDiameterZh(
    {
      ...BSF,
      destinationRealm: HSS.originRealm,
      targets: [{ host: '127.0.0.1', port: server.port, originHost: HSS.originHost }],
      ...PATIENT,
    },
    { ...testPorts('bsf'), trace: (item) => items.push(item) },
  )
  closing.push(() => zh.close())
  expect(await zh.requestVector({ impi: WORKED.impi })).toMatchObject({ outcome: 'success' })
  const events = items.filter((item) => item.kind === 'message')
  expect(events.map(({ side, from, message }) => `${from} ${side} ${message}`)).toEqual([
    'BSF sent Multimedia-Auth-Request',
    'BSF received Multimedia-Auth-Request',
    'HSS sent Multimedia-Auth-Answer',
    'HSS received Multimedia-Auth-Answer',
  ])
  expect(new Set(events.map(({ transactionId }) => transactionId)).size).toBe(1)
  expect(events[0]?.transactionId).toMatch(/^bsf\.home\.example;\d+;\d+$/)
  const text = JSON.stringify(items)
  for (const secret of [xres, ck, ik]) {
    expect(text).not.toContain(toHex(secret.reveal()))
    expect(text).not.toContain(toBase64(secret.reveal()))
  }
})

describe('a bootstrap while the HSS goes away, TS 24.109 4', () => {
  test('in mid-exchange: no challenge, nothing half stored; then it works', async () => {
    const hss: Zh = { requestVector: () => new Promise(() => {}) }
    const server = await serve(hss)
    const proxy = await startTcpProxy(server.port)
    closing.push(() => proxy.close())
    const target = { host: '127.0.0.1', port: proxy.port, originHost: HSS.originHost }
    const way = { ...BSF, destinationRealm: HSS.originRealm, targets: [target] }
    const zh = connectDiameterZh(way, testPorts('bsf'))
    closing.push(() => zh.close())
    const world = await createBsfWorld({ zh })
    const response = world.ub(formatInitialRequest(IDENTITY))
    await expect.poll(() => world.asked.length).toBe(1)
    await expect.poll(() => proxy.connections).toBe(1)
    await proxy.vanish()
    expect((await response).status).toBeGreaterThanOrEqual(500)
    expect(world.store.btids).toEqual([])

    hss.requestVector = async () => SUCCESS
    await proxy.comeBack()
    const ask = async () => (await world.ub(formatInitialRequest(IDENTITY))).status
    await expect.poll(ask).toBe(401)
    expect(world.store.btids).toEqual([])
  })
})
