/** HSS, BSF and a protected server on loopback: all real, with one subscriber. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connectZn } from '../../src/adapters/in-process/zn.ts'
import { NAF_CERTIFICATE } from '../../src/adapters/naf/naf-server.fixture.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { serveUb } from '../../src/adapters/ub/serve-ub.ts'
import { createBsf } from '../../src/bsf/create-bsf.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { formatGuss } from '../../src/gba/guss.ts'
import type { Zn, ZnAnswer, ZnRequest } from '../../src/gba/zn.ts'
import { createHss } from '../../src/hss/create-hss.ts'
import { parseFqdn } from '../../src/identity/fqdn.ts'
import { createNaf, type Naf } from '../../src/naf/create-naf.ts'
import type { NafOptions } from '../../src/naf/options.ts'
import { noTrace } from '../../src/trace/trace.ts'
import { createMemoryBsfStore } from './memory-bsf-store.ts'
import { createMemoryHssStore } from './memory-hss-store.ts'

/** What is running. */
export interface GbaNetwork {
  readonly bsfUrl: string
  /** Of `naf.example.org`, without and with TLS. */
  readonly nafPort: number
  readonly nafTlsPort: number
  readonly naf: Naf
  /** The `bsfs` table of another NAF of that name, and what came through it. */
  readonly zn: ReadonlyMap<string, Zn>
  readonly asked: ZnRequest[]
  /** How many bootstrapping runs went well. */
  bootstraps(): number
  /** From now on a NAF is told that no B-TID is known. @param which Only these requests. */
  forget(which?: (request: ZnRequest) => boolean): void
  close(): Promise<void>
}

/** The one NAF that the BSF knows. */
export const NAF_FQDN = parseFqdn('naf.example.org')
const GSID = 1_000_001
const UNKNOWN: ZnAnswer = { outcome: 'transaction-identifier-invalid' }

/** @param mount Puts the application behind the NAF. */
export async function startGbaNetwork(
  mount: (naf: Naf) => RequestListener,
  options: Partial<NafOptions> = {},
): Promise<GbaNetwork> {
  const ports = { clock: systemClock, random: createSystemRandom() }
  const hssStore = createMemoryHssStore()
  const uss = { gsid: GSID, type: 2, uids: ['sip:alice@example.org'], flags: [] }
  await hssStore.addSubscriber({
    impi: WORKED.impi,
    algorithm: 'milenage',
    subscriberKey: WORKED.k,
    operatorVariant: WORKED.opc,
    amf: WORKED.amf,
    guss: formatGuss({ uiccType: 'GBA_U', ussList: [uss] }),
  })
  const bsf = createBsf(
    { bsfName: WORKED.bsfName, nafs: [{ originHost: NAF_FQDN, fqdns: [NAF_FQDN] }] },
    {
      ...ports,
      zh: createHss({ nodeName: 'hss' }, { ...ports, store: hssStore }),
      store: createMemoryBsfStore(),
    },
  )
  let bootstraps = 0
  let isForgotten: (request: ZnRequest) => boolean = () => false
  const counted: Pick<typeof bsf, 'handleUb'> = {
    async handleUb(request, context) {
      const answer = await bsf.handleUb(request, context)
      if (answer.status === 200) bootstraps += 1
      return answer
    },
  }
  const ub = await serveUb({ bsf: counted, host: '127.0.0.1', port: 0 })
  const real = connectZn(bsf, { originHost: NAF_FQDN, trace: noTrace, clock: systemClock })
  const asked: ZnRequest[] = []
  const zn: typeof real = {
    async requestBootstrappingInfo(request) {
      asked.push(request)
      return isForgotten(request) ? UNKNOWN : real.requestBootstrappingInfo(request)
    },
  }
  const bsfs = new Map([[WORKED.bsfName, zn]])
  const naf = createNaf({ nafFqdns: [NAF_FQDN], ...options }, { ...ports, zn: bsfs })
  const listener = mount(naf)
  const { certificatePem: cert, privateKeyPem: key } = NAF_CERTIFICATE
  const servers = [createServer(listener), createTlsServer({ cert, key }, listener)] as const
  const [nafPort, nafTlsPort] = [await listen(servers[0]), await listen(servers[1])]
  return {
    bsfUrl: `http://127.0.0.1:${ub.port}`,
    nafPort,
    nafTlsPort,
    naf,
    zn: bsfs,
    asked,
    bootstraps: () => bootstraps,
    forget(which = () => true) {
      isForgotten = which
    },
    async close() {
      await ub.close()
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
