import { describe, expect, test } from 'vitest'
import { runZnContract, type ZnContractOptions } from '../../../test/contracts/zn.contract.ts'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { createBsfWorld } from '../../bsf/bsf-world.fixture.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import { parseBtid } from '../../identity/btid.ts'
import { UA_ID_CPNS } from '../../identity/naf-id.ts'
import { type Log, noLog } from '../../ports/log.ts'
import { GBA_SERVICE_NAMESPACE } from '../../sbi/zn-web-service.ts'
import type { TraceItem } from '../../trace/trace.ts'
import type { ZnServer } from '../in-process/zn.ts'
import { linkOptions, PORTS } from './sbi.fixture.ts'
import { connectNbspGba, connectZnWebService, serveNbspGba, serveZnWebService } from './zn.ts'

const REQUEST = {
  btid: parseBtid(WORKED.btid),
  nafId: { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS },
  gsids: [],
  gbaUAware: true,
}

const SERVICES = {
  'HTTP/2': [serveNbspGba, connectNbspGba],
  'web service': [serveZnWebService, connectZnWebService],
  'web service, SOAP': [
    serveZnWebService,
    (
      options: Parameters<typeof connectZnWebService>[0],
      ports: typeof PORTS & { readonly log?: Log },
    ) =>
      connectZnWebService(
        { ...options, form: { envelope: true, namespace: GBA_SERVICE_NAMESPACE } },
        ports,
      ),
  ],
} as const

function connectOver(
  form: keyof typeof SERVICES,
  tls: boolean | 'pinned',
): ZnContractOptions['connect'] {
  return async (bsf, { originHost, timeoutMs }) => {
    const [serve, connect] = SERVICES[form]
    const link = linkOptions(tls, originHost)
    const server = await serve({ ...link.serve, bsf }, PORTS)
    const proxy = await startTcpProxy(server.port)
    const apiRoot = `${link.scheme}://127.0.0.1:${proxy.port}`
    const zn = connect({ ...link.connect, apiRoot, timeoutMs }, PORTS)
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

for (const form of Object.keys(SERVICES) as (keyof typeof SERVICES)[]) {
  for (const tls of [false, true, 'pinned'] as const) {
    runZnContract(`${form}${tls ? ` over TLS, ${tls === true ? 'CA' : tls}` : ''}`, {
      remote: true,
      connect: connectOver(form, tls),
    })
  }
}

test('each end traces its half, and the NAF is who its certificate says', async () => {
  const askedBy: string[] = []
  const items: TraceItem[] = []
  const bsf: ZnServer = {
    async bootstrappingInfo({ originHost, otherNames = [] }) {
      askedBy.push(originHost, ...otherNames)
      return { outcome: 'not-authorized' }
    },
  }
  const ports = { ...PORTS, trace: (item: TraceItem) => items.push(item) }
  const link = linkOptions(true, ['NAF.example.org', '*.example.org', 'b.example.org'])
  const server = await serveNbspGba({ ...link.serve, bsf }, ports)
  const zn = connectNbspGba({ ...link.connect, apiRoot: `https://127.0.0.1:${server.port}` }, ports)
  expect(await zn.requestBootstrappingInfo(REQUEST)).toEqual({ outcome: 'not-authorized' })
  await zn.close()
  await server.close()
  expect(askedBy).toEqual(['naf.example.org', 'b.example.org'])
  expect(items).toMatchObject([
    { point: 'Zn', side: 'sent', from: 'CPNS Server', message: 'Bootstrapping-Info-Request' },
    { point: 'Zn', side: 'received', from: 'CPNS Server' },
    { point: 'Zn', side: 'sent', from: 'BSF', message: 'Bootstrapping-Info-Answer' },
    { point: 'Zn', side: 'received', from: 'BSF' },
  ])
})

describe.each(Object.entries(SERVICES))(
  '%s: a certificate of several names',
  (_, [serve, connect]) => {
    test.each<[string, readonly [string, ...string[]], string]>([
      [
        'one may have the keys: it is asked for them',
        ['stranger.example.org', 'naf.example.org'],
        'transaction-identifier-invalid',
      ],
      [
        'none may have the keys, and a wildcard is none',
        ['*.example.org', 'stranger.example.org'],
        'not-authorized',
      ],
    ])('%s', async (_name, names, outcome) => {
      const { bsf } = await createBsfWorld()
      const link = linkOptions(true, names)
      const server = await serve({ ...link.serve, bsf }, PORTS)
      const zn = connect({ ...link.connect, apiRoot: `https://127.0.0.1:${server.port}` }, PORTS)
      const answer = await zn.requestBootstrappingInfo(REQUEST)
      await zn.close()
      await server.close()
      expect(answer).toEqual({ outcome })
    })
  },
)

test('a path of apiRoot goes before that of the web service', async () => {
  const bsf: ZnServer = {
    bootstrappingInfo: async () => ({ outcome: 'transaction-identifier-invalid' }),
  }
  const link = linkOptions(false, 'naf.example.org')
  const server = await serveZnWebService({ ...link.serve, bsf }, PORTS)
  const apiRoot = `http://127.0.0.1:${server.port}/gba/`
  const zn = connectZnWebService({ apiRoot }, PORTS)
  const answer = await zn.requestBootstrappingInfo(REQUEST)
  await zn.close()
  await server.close()
  expect(answer).toEqual({ outcome: 'transaction-identifier-invalid' })
})

describe.each(Object.entries(SERVICES))(
  '%s: the log says why there is no answer',
  (_, [serve, connect]) => {
    async function loggedBy(options: Parameters<typeof connect>[0]): Promise<unknown[]> {
      const lines: unknown[] = []
      const log = { ...noLog, warn: (...line: unknown[]) => lines.push(line) }
      const zn = connect(options, { ...PORTS, log })
      expect(await zn.requestBootstrappingInfo(REQUEST)).toEqual({ outcome: 'unavailable' })
      await zn.close()
      return lines
    }

    test('nobody is there', async () => {
      const lines = await loggedBy({ apiRoot: 'http://127.0.0.1:1' })
      const fields = { point: 'Zn', at: '127.0.0.1:1', reason: 'ECONNREFUSED' }
      expect(lines).toEqual([['sbi-no-answer', fields]])
    })

    test('the certificate has another name', async () => {
      const bsf: ZnServer = { bootstrappingInfo: async () => ({ outcome: 'not-authorized' }) }
      const link = linkOptions(true, 'naf.example.org')
      const server = await serve({ ...link.serve, bsf }, PORTS)
      const apiRoot = `https://127.0.0.1:${server.port}`
      const lines = await loggedBy({ ...link.connect, apiRoot, serverName: 'other.example.org' })
      await server.close()
      const reason = expect.stringContaining('it has another name')
      expect(lines).toEqual([['sbi-no-answer', expect.objectContaining({ point: 'Zn', reason })]])
    })
  },
)
