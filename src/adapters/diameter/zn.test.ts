import { afterEach, describe, expect, test } from 'vitest'
import { runZnContract, type ZnContractOptions } from '../../../test/contracts/zn.contract.ts'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { Secret } from '../../crypto/secret.ts'
import { writeAnswer, writeRequest } from '../../diameter/base/command.ts'
import { experimentalResult } from '../../diameter/base/gaa-result.ts'
import { APPLICATION_ZN, BOOTSTRAPPING_INFO } from '../../diameter/zn/bootstrapping-info.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import type { ZnAnswer, ZnRequest } from '../../gba/zn.ts'
import { parseBtid } from '../../identity/btid.ts'
import { UA_ID_CPNS } from '../../identity/naf-id.ts'
import { noTrace, type Trace, type TraceItem } from '../../trace/trace.ts'
import type { ZnServer } from '../in-process/zn.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import { writeZnAnswer } from './bootstrapping-info.ts'
import {
  answerByHand,
  freshIds,
  ofTwoVendors,
  openByHand,
  resultOf,
  testPorts,
} from './diameter.fixture.ts'
import { connectDiameterZn, type ServeDiameterZnOptions, serveDiameterZn } from './zn.ts'

const BSF = { originHost: 'bsf.home.example', originRealm: 'home.example', host: '127.0.0.1' }
const NAF_REALM = 'naf.example'
const REQUEST: ZnRequest = {
  btid: parseBtid(WORKED.btid),
  nafId: { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS },
  gsids: [],
  gbaUAware: false,
}

const bsfCertificate = testCertificate({ dnsNames: [BSF.originHost], asClient: true })
const nafCertificate = testCertificate({
  dnsNames: ['naf.example.org', 'naf-a.example.org', 'stranger.example.org'],
  asClient: true,
})
const SERVER_TLS = { ...bsfCertificate, clientCa: nafCertificate.certificatePem }
const CLIENT_TLS = {
  trust: { kind: 'pin', sha256: bsfCertificate.pin },
  certificate: nafCertificate,
} as const

function connectOver(transport: 'TCP' | 'TLS'): ZnContractOptions['connect'] {
  return async (bsf, { originHost, timeoutMs }) => {
    const tls = transport === 'TLS'
    const options = { ...BSF, port: 0, bsf, ...(tls && { tls: SERVER_TLS }) }
    const server = await serveDiameterZn(options, testPorts('bsf'))
    const proxy = await startTcpProxy(server.port)
    const zn = connect({ port: proxy.port, originHost, timeoutMs, ...(tls && { tls: CLIENT_TLS }) })
    return {
      zn,
      bsf: proxy,
      async close() {
        await zn.close()
        await server.close()
        await proxy.close()
      },
    }
  }
}

interface Naf {
  readonly port: number
  readonly originHost?: string
  readonly timeoutMs?: number
  readonly tls?: typeof CLIENT_TLS
}

function connect(
  { port, originHost = 'naf.example.org', tls, ...rest }: Naf,
  trace: Trace = noTrace,
) {
  const target = { host: '127.0.0.1', port, originHost: BSF.originHost, ...(tls && { tls }) }
  return connectDiameterZn(
    {
      originHost,
      originRealm: NAF_REALM,
      destinationRealm: BSF.originRealm,
      targets: [target],
      ...rest,
    },
    { ...testPorts('naf'), trace },
  )
}

runZnContract('Diameter over TCP', { remote: true, connect: connectOver('TCP') })
runZnContract('Diameter over TLS', { remote: true, connect: connectOver('TLS') })

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** A BSF that says whom it was asked by. */
async function serve(changes: Partial<ServeDiameterZnOptions> = {}) {
  const askedBy: string[] = []
  const bsf: ZnServer = {
    async bootstrappingInfo({ originHost }): Promise<ZnAnswer> {
      askedBy.push(originHost)
      return { outcome: 'not-authorized' }
    },
  }
  const server = await serveDiameterZn({ ...BSF, port: 0, bsf, ...changes }, testPorts('bsf'))
  closing.push(() => server.close())
  return { port: server.port, askedBy }
}

function bir(
  originHost: string,
  transactionIdentifier: string = WORKED.btid,
  authApplicationId = APPLICATION_ZN,
) {
  const values = {
    sessionId: `${originHost};1;1`,
    vendorSpecificApplicationId: { vendorId: 10_415, authApplicationId },
    originHost,
    originRealm: NAF_REALM,
    destinationRealm: BSF.originRealm,
    gsids: [],
    transactionIdentifier,
    nafId: REQUEST.nafId,
  }
  return writeRequest(BOOTSTRAPPING_INFO, values, freshIds())
}

test('a request that names the application of Zh in Zn is refused (5004)', async () => {
  const { port, askedBy } = await serve()
  const naf = await openByHand(port, 'naf.example.org', APPLICATION_ZN)
  naf.send(bir('naf.example.org', WORKED.btid, APPLICATION_ZN + 1))
  expect(resultOf(await naf.next())).toBe(5004)
  expect(askedBy).toEqual([])
  naf.socket.destroy()
})

test('a BIR of RFC 3588, which names two vendors, is a BIR', async () => {
  const { port, askedBy } = await serve()
  const naf = await openByHand(port, 'naf.example.org', APPLICATION_ZN)
  naf.send(ofTwoVendors(bir('naf.example.org')))
  expect(resultOf(await naf.next())).toBe(5402)
  expect(askedBy).toEqual(['naf.example.org'])
  naf.socket.destroy()
})

describe('who a NAF is', () => {
  test('the Origin-Host of its connection, and no other one (5004)', async () => {
    const { port, askedBy } = await serve()
    const naf = await openByHand(port, 'naf.example.org', APPLICATION_ZN)
    naf.send(bir('other.example.org'))
    expect(resultOf(await naf.next())).toBe(5004)
    naf.send(bir('NAF.example.org'))
    await naf.next()
    expect(askedBy).toEqual(['NAF.example.org'])
    naf.socket.destroy()
  })

  test('behind a relay agent that is trusted: the Origin-Host of the request', async () => {
    const { port, askedBy } = await serve({ relays: ['relay.example'] })
    const relay = await openByHand(port, 'relay.example', APPLICATION_ZN)
    relay.send(bir('naf.example.org'))
    await relay.next()
    expect(askedBy).toEqual(['naf.example.org'])
    relay.socket.destroy()
  })

  test('with TLS its certificate has to name it', async () => {
    const { port, askedBy } = await serve({ tls: SERVER_TLS })
    const thief = connect({ port, originHost: 'thief.example.org', tls: CLIENT_TLS })
    closing.push(() => thief.close())
    const unavailable = { outcome: 'unavailable' }
    expect(await thief.requestBootstrappingInfo(REQUEST)).toEqual(unavailable)
    const naf = connect({ port, tls: CLIENT_TLS })
    closing.push(() => naf.close())
    expect(await naf.requestBootstrappingInfo(REQUEST)).toEqual({ outcome: 'not-authorized' })
    expect(askedBy).toEqual(['naf.example.org'])
  })

  test.each([
    ['the common name of a certificate', { commonName: 'naf.example.org', dnsNames: [] }],
    ['a wildcard', { dnsNames: ['*.example.org'] }],
  ])('with TLS %s is no name of a NAF', async (_, names) => {
    const certificate = testCertificate({ ...names, asClient: true })
    const serverTls = { ...bsfCertificate, clientCa: certificate.certificatePem }
    const { port, askedBy } = await serve({ tls: serverTls })
    const tls = { ...CLIENT_TLS, certificate } as unknown as typeof CLIENT_TLS
    const naf = connect({ port, tls })
    closing.push(() => naf.close())
    expect(await naf.requestBootstrappingInfo(REQUEST)).toEqual({ outcome: 'unavailable' })
    expect(askedBy).toEqual([])
  })

  test('with TLS a certificate of its own choice is none', async () => {
    const { port, askedBy } = await serve({ tls: SERVER_TLS })
    const certificate = testCertificate({ dnsNames: ['naf.example.org'], asClient: true })
    const tls = { ...CLIENT_TLS, certificate } as unknown as typeof CLIENT_TLS
    const thief = connect({ port, tls })
    closing.push(() => thief.close())
    expect(await thief.requestBootstrappingInfo(REQUEST)).toEqual({ outcome: 'unavailable' })
    expect(askedBy).toEqual([])
  })
})

test('what is no B-TID is an unknown one (5403), and the BSF is not asked', async () => {
  const { port, askedBy } = await serve()
  const naf = await openByHand(port, 'naf.example.org', APPLICATION_ZN)
  naf.send(bir('naf.example.org', 'no B-TID'))
  expect(resultOf(await naf.next())).toBe(5403)
  expect(askedBy).toEqual([])
  naf.socket.destroy()
})

const KEYS: ZnAnswer = {
  outcome: 'success',
  meKeyMaterial: Secret.of(new Uint8Array(32)),
  keyExpiresAtMs: 1_800_000_000_000,
  bootstrappedAtMs: 1_700_000_000_000,
}

test.each<[string, object, string]>([
  [
    '5402',
    { experimentalResult: experimentalResult('DIAMETER_ERROR_NOT_AUTHORIZED') },
    'not-authorized',
  ],
  ['keys', { ...writeZnAnswer(KEYS) }, 'unavailable'],
])('with the E flag only an Experimental-Result counts: %s', async (_name, values, outcome) => {
  const bsf = await answerByHand({ ...BSF, applicationId: APPLICATION_ZN }, (asked) => {
    const { originHost, originRealm } = BSF
    const answer = writeAnswer(BOOTSTRAPPING_INFO, { originHost, originRealm, ...values }, asked)
    return { ...answer, error: true }
  })
  closing.push(() => bsf.close())
  const zn = connect({ port: bsf.target.port })
  closing.push(() => zn.close())
  expect(await zn.requestBootstrappingInfo(REQUEST)).toEqual({ outcome })
})

test('each end traces its half under the Session-Id', async () => {
  const items: TraceItem[] = []
  const { port } = await serve()
  const zn = connect({ port }, (item) => items.push(item))
  closing.push(() => zn.close())
  await zn.requestBootstrappingInfo(REQUEST)
  expect(items).toMatchObject([
    { point: 'Zn', side: 'sent', from: 'CPNS Server', message: 'Bootstrapping-Info-Request' },
    { point: 'Zn', side: 'received', from: 'BSF', message: 'Bootstrapping-Info-Answer' },
  ])
})
