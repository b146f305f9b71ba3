import { expect, test } from 'vitest'
import { runZhContract, type ZhContractOptions } from '../../../test/contracts/zh.contract.ts'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { WORKED } from '../../gba/gba-facts.fixture.ts'
import type { Zh } from '../../gba/zh.ts'
import type { Impi } from '../../identity/impi.ts'
import { toHex } from '../../octets/octets.ts'
import type { TraceItem } from '../../trace/trace.ts'
import { linkOptions, PORTS } from './sbi.fixture.ts'
import { connectNhssGba, type SubscriberFinder, serveNhssGba } from './zh.ts'

const BSF = 'bsf.home.example'

/** An HSS whose settings are found in the way that SDM asks for them: those of its last answer. */
function withSubscribers(hss: Zh): { readonly hss: Zh; readonly subscribers: SubscriberFinder } {
  const gussOf = new Map<Impi, { readonly guss?: string }>()
  return {
    hss: {
      async requestVector(request) {
        const answer = await hss.requestVector(request)
        if (answer.outcome === 'success') gussOf.set(answer.impi, answer)
        return answer
      },
    },
    subscribers: { findSubscriber: async (impi) => gussOf.get(impi) },
  }
}

function connectOver(tls: boolean | 'pinned'): ZhContractOptions['connect'] {
  return async (hss, { timeoutMs }) => {
    const link = linkOptions(tls, BSF)
    const server = await serveNhssGba(
      { ...link.serve, ...withSubscribers(hss), bsfs: [BSF] },
      PORTS,
    )
    const proxy = await startTcpProxy(server.port)
    const apiRoot = `${link.scheme}://127.0.0.1:${proxy.port}`
    const zh = connectNhssGba({ ...link.connect, apiRoot, timeoutMs }, PORTS)
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

runZhContract('HTTP/2', { remote: true, gussId: 'lost', connect: connectOver(false) })
runZhContract('HTTP/2 over TLS', { remote: true, gussId: 'lost', connect: connectOver(true) })
runZhContract('HTTP/2, pinned', { remote: true, gussId: 'lost', connect: connectOver('pinned') })

const { rand, autn, ck, ik, res: xres } = WORKED
const ANSWERING: Zh = {
  requestVector: async ({ impi }) => ({
    outcome: 'success',
    impi,
    vector: { rand, autn, xres, ck, ik },
  }),
}

async function ask(
  bsf: Parameters<typeof linkOptions>[1],
  subscribers: SubscriberFinder,
  items: TraceItem[] = [],
) {
  const ports = { ...PORTS, trace: (item: TraceItem) => items.push(item) }
  const link = linkOptions(true, bsf)
  const server = await serveNhssGba(
    { ...link.serve, hss: ANSWERING, subscribers, bsfs: [BSF] },
    ports,
  )
  const zh = connectNhssGba({ ...link.connect, apiRoot: `https://127.0.0.1:${server.port}` }, ports)
  const answer = await zh.requestVector({ impi: WORKED.impi })
  await zh.close()
  await server.close()
  return answer
}

test('who is no BSF of this HSS gets no vector', async () => {
  const finder = { findSubscriber: async () => ({}) }
  for (const names of [['stranger.example'], ['stranger.example', '*.home.example']] as const) {
    expect(await ask(names, finder)).toEqual({ outcome: 'unavailable' })
  }
  expect((await ask(['stranger.example', BSF], finder)).outcome).toBe('success')
})

test('a vector without its settings is none', async () => {
  const gone = await ask(BSF, { findSubscriber: async () => undefined })
  expect(gone).toEqual({ outcome: 'identity-unknown' })
  const broken = await ask(BSF, { findSubscriber: async () => ({ guss: 'no XML' }) })
  expect(broken).toEqual({ outcome: 'unavailable' })
})

test('each end traces its half, without XRES, CK and IK', async () => {
  const items: TraceItem[] = []
  expect(await ask(BSF, { findSubscriber: async () => ({}) }, items)).toMatchObject({
    outcome: 'success',
  })
  expect(items).toHaveLength(4)
  const text = JSON.stringify(items)
  for (const secret of [xres, ck, ik]) expect(text).not.toContain(toHex(secret.reveal()))
})
