/** A protected server on loopback, and a client that knows the right key for every NAF_Id. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../../test/support/virtual-clock.ts'
import { Secret } from '../../crypto/secret.ts'
import { deriveKsExtNaf, deriveKsIntNaf } from '../../gba/ks-naf.ts'
import type { ZnAnswer, ZnRequest } from '../../gba/zn.ts'
import { type Btid, formatBtid } from '../../identity/btid.ts'
import { encodeNafId } from '../../identity/naf-id.ts'
import type { UaKeySource, UaKeyWanted } from '../../naf/card-key-source.ts'
import { createNaf, type Naf } from '../../naf/create-naf.ts'
import { NAF_BSF_NAME, NAF_FQDN, NAF_IMPI, znSuccess } from '../../naf/naf.fixture.ts'
import type { NafOptions } from '../../naf/options.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import type { Trust } from '../tls/trust.ts'
import { createGbaFetch, type GbaFetch, type GbaFetchOptions } from './gba-fetch.ts'

/** A certificate with the name of the NAF. */
export const NAF_CERTIFICATE = testCertificate({ dnsNames: [NAF_FQDN], ipAddresses: [] })

/** A running server, and who may talk to it. */
export interface NafServer {
  readonly naf: Naf
  readonly clock: VirtualClock
  readonly port: number
  /** `http(s)://naf.example.org:port`. */
  readonly origin: string
  /** What clients wanted keys for. */
  readonly wanted: UaKeyWanted[]
  /** What the BSF was asked. */
  readonly asked: ZnRequest[]
  /** In place of what the BSF knows. */
  answer: ZnAnswer | undefined
  readonly keys: UaKeySource
  client(options?: GbaFetchOptions): GbaFetch
  close(): Promise<void>
}

const KS = Secret.of(new Uint8Array(32).fill(9))
/** Each bootstrapping run has a number. */
const btidOfRun = (run: number): Btid =>
  formatBtid({ rand: new Uint8Array(16).fill(run), bsfName: NAF_BSF_NAME })

/** @param mount Makes the application. */
export async function startNafServer(
  mount: (naf: Naf) => RequestListener | Promise<RequestListener>,
  { tls, ...options }: Partial<NafOptions> & { readonly tls?: TlsOptions | true } = {},
): Promise<NafServer> {
  const clock = createVirtualClock()
  let run = 1
  const keyOf = ({ nafId }: Pick<ZnRequest, 'nafId'>, rand: Uint8Array) => {
    const input = { rand, impi: NAF_IMPI, nafId: encodeNafId(nafId) }
    return {
      meKeyMaterial: deriveKsExtNaf(KS, input),
      uiccKeyMaterial: deriveKsIntNaf(KS, input),
    }
  }
  const zn = {
    async requestBootstrappingInfo(request: ZnRequest): Promise<ZnAnswer> {
      server.asked.push(request)
      if (server.answer !== undefined) return server.answer
      if (request.btid !== btidOfRun(run)) return { outcome: 'transaction-identifier-invalid' }
      return znSuccess(keyOf(request, new Uint8Array(16).fill(run)))
    },
  }
  const ports = { zn: new Map([[NAF_BSF_NAME, zn]]), clock, random: createSeededRandom('naf') }
  const naf = createNaf({ nafFqdns: [NAF_FQDN], ...options }, ports)
  const listener = await mount(naf)
  const { key, cert } = { key: NAF_CERTIFICATE.privateKeyPem, cert: NAF_CERTIFICATE.certificatePem }
  const http: Server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ key, cert, ...(tls === true ? {} : tls) }, listener)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const clients: GbaFetch[] = []
  const server: NafServer = {
    naf,
    clock,
    port,
    origin: `${tls === undefined ? 'http' : 'https'}://${NAF_FQDN}:${port}`,
    wanted: [],
    asked: [],
    answer: undefined,
    keys: {
      async obtain(wanted) {
        server.wanted.push(wanted)
        if (wanted.refused !== undefined) run += 1
        const rand = new Uint8Array(16).fill(run)
        const { meKeyMaterial, uiccKeyMaterial } = keyOf(wanted, rand)
        const key = wanted.keyUse === 'ME' ? meKeyMaterial : uiccKeyMaterial
        return { btid: btidOfRun(run), key, expiresAtMs: clock.nowMs() + 3_600_000 }
      },
    },
    client(fetchOptions = {}) {
      const trust: Trust = { kind: 'ca', pem: NAF_CERTIFICATE.certificatePem }
      const connectTo = { host: '127.0.0.1', port }
      const client = createGbaFetch(
        { trust, connectTo, ...fetchOptions },
        { keys: server.keys, clock, random: createSeededRandom('ue') },
      )
      clients.push(client)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return server
}
