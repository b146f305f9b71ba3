/** HTTP/2 of our SBI with a client that we did not write: nghttp and h2load, in the clear and over TLS. RFC 9113 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linkOptions, PORTS } from '../../src/adapters/sbi/sbi.fixture.ts'
import type { SbiServer } from '../../src/adapters/sbi/serve-sbi.ts'
import { serveNbspGba } from '../../src/adapters/sbi/zn.ts'
import { testCertificate } from '../../src/adapters/tls/tls.fixture.ts'
import { BOOTSTRAPPING_INFO_PATH, encodeBootstrappingInfoRequest } from '../../src/sbi/nbsp-gba.ts'
import { startBsf, ZN_REQUEST, ZN_REQUEST_UNKNOWN } from '../support/diameter-nodes.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const nghttp = findInteropTool('nghttp', 'nghttp2-client')
const h2load = findInteropTool('h2load', 'nghttp2-client')

const NAF = 'naf.service.example'
const KS_EXT_NAF = 'f568a61c01d3a657e4a7affa881428d8edf3b085fbd69cbf14e74dc4c24ed10e'

let folder: string
let server: SbiServer
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-nghttp-'))
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

async function serve(serving = linkOptions(false, NAF).serve): Promise<void> {
  server = await serveNbspGba({ ...serving, bsf: await startBsf(NAF) }, PORTS)
}

function run(
  scheme: string,
  request: Uint8Array,
  flags: readonly string[],
  path = BOOTSTRAPPING_INFO_PATH,
) {
  const url = `${scheme}://127.0.0.1:${server.port}${path}`
  const body = ['-d', file('request.json', request), '-H', 'content-type: application/json']
  return nghttp!.run([...flags, ...body, '-v', url], 10_000)
}

describe.skipIf(nghttp === undefined)('nghttp', () => {
  test('with prior knowledge: the key of the worked example', async () => {
    await serve()
    const { stdout } = await run('http', encodeBootstrappingInfoRequest(ZN_REQUEST), [])
    expect(stdout).toContain(':status: 200')
    expect(stdout).toContain(`"meKeyMaterial":"${KS_EXT_NAF}"`)
    expect(stdout).not.toMatch(/RST_STREAM|ERROR\(0x0[1-9]/)
  })

  test('an unknown B-TID, no JSON, another path: a problem document each', async () => {
    await serve()
    const problem = /content-type: application\/problem\+json/
    const unknown = await run('http', encodeBootstrappingInfoRequest(ZN_REQUEST_UNKNOWN), [])
    expect(unknown.stdout).toMatch(/:status: 404/)
    expect(unknown.stdout).toContain('TRANSACTION_IDENTIFIER_INVALID')
    const garbage = await run('http', Buffer.from('{'), [])
    expect(garbage.stdout).toMatch(/:status: 400/)
    const lost = await run('http', Buffer.from('{}'), [], '/nowhere')
    expect(lost.stdout).toMatch(/:status: 404/)
    for (const { stdout } of [unknown, garbage, lost]) expect(stdout).toMatch(problem)
  })

  test('over TLS: ALPN h2, and who it is says its certificate', async () => {
    const client = testCertificate({ commonName: NAF, dnsNames: [NAF], asClient: true })
    const other = testCertificate({
      commonName: 'other',
      dnsNames: ['other.example'],
      asClient: true,
    })
    const clientCa = [client, other].map(({ certificatePem }) => certificatePem).join('\n')
    const { serve: serving } = linkOptions(true, NAF)
    await serve({ ...serving, tls: { ...testCertificate(), clientCa } })
    const askAs = async ({ certificatePem, privateKeyPem }: typeof client) => {
      const own = ['--cert', file('c.pem', certificatePem), '--key', file('c.key', privateKeyPem)]
      return await run('https', encodeBootstrappingInfoRequest(ZN_REQUEST), own)
    }
    const served = await askAs(client)
    expect(served.stdout).toContain('The negotiated protocol: h2')
    expect(served.stdout).toContain(KS_EXT_NAF)
    const refused = await askAs(other)
    expect(refused.stdout).toContain(':status: 403')
    expect(refused.stdout).not.toContain('KeyMaterial')
  })
})

test.skipIf(h2load === undefined)(
  'h2load: 2,000 requests, 32 streams on each of 4 connections',
  async () => {
    await serve()
    const body = file('request.json', encodeBootstrappingInfoRequest(ZN_REQUEST))
    const url = `http://127.0.0.1:${server.port}${BOOTSTRAPPING_INFO_PATH}`
    const how = ['-n', '2000', '-c', '4', '-m', '32', '-d', body]
    const json = ['-H', 'content-type: application/json']
    const { stdout } = await h2load!.run([...how, ...json, url], 30_000)
    expect(stdout).toContain('2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout')
    expect(stdout).toContain('status codes: 2000 2xx')
  },
  60_000,
)
