/** Ub as Wireshark reads it: Digest AKA in HTTP and BootstrappingInfo as XML, nothing malformed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { connectUb } from '../../src/adapters/ub/connect-ub.ts'
import { startUbNetwork, type UbNetwork, usim } from '../../src/adapters/ub/ub-network.fixture.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { createTmpiMemory } from '../../src/gba/tmpi-memory.ts'
import { bootstrap } from '../../src/gba/ub-client.ts'
import { toHex } from '../../src/octets/octets.ts'
import { findInteropTool } from '../support/interop-tool.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const tshark = findInteropTool('tshark', 'tshark')
const text2pcap = findInteropTool('text2pcap', 'wireshark-common')

const PORT = 80

let folder: string
let world: UbNetwork
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-ub-'))
  world = await startUbNetwork()
})
afterEach(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What crosses between UE and BSF in `runs` runs of one card, in the form that text2pcap reads. */
async function capture(runs: number): Promise<string[]> {
  const packets: string[] = []
  const proxy = await startTcpProxy(world.port, (octets, to) => {
    const spaced = (toHex(octets).match(/../g) ?? []).join(' ')
    packets.push(`${to === 'server' ? 'O' : 'I'}\n000000 ${spaced}\n`)
  })
  const ub = connectUb({ baseUrl: `http://127.0.0.1:${proxy.port}`, connections: 1 })
  const [card, tmpiMemory, random] = [await usim(), createTmpiMemory(), createSystemRandom()]
  for (let n = 0; n < runs; n++) {
    const { outcome } = await bootstrap({ card, ub, tmpiMemory, random, clock: systemClock })
    expect(outcome).toBe('success')
  }
  await ub.close()
  await proxy.close()
  return packets
}

/** tshark over the packets. */
async function dissector(packets: readonly string[]) {
  const [dump, pcap] = [join(folder, 'ub.txt'), join(folder, 'ub.pcap')]
  writeFileSync(dump, packets.join('\n'))
  const made = await text2pcap!.run(['-q', '-D', '-T', `${PORT},40000`, dump, pcap])
  expect(made).toMatchObject({ status: 0 })
  const media = [
    '-d',
    `tcp.port==${PORT},http`,
    '-d',
    'media_type==application/vnd.3gpp.bsf+xml,xml',
  ]
  return async (...more: string[]) => {
    const { status, stdout } = await tshark!.run(['-r', pcap, ...media, ...more], 60_000)
    expect(status).toBe(0)
    return stdout
  }
}

/** One value a packet of HTTP; what comes more than once is joined. */
async function fieldsOf(
  dissect: (...more: string[]) => Promise<string>,
  ...names: string[]
): Promise<string[][]> {
  const wanted = names.flatMap((name) => ['-e', name])
  const stdout = await dissect('-Y', 'http', '-T', 'fields', ...wanted)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}

test.skipIf(tshark === undefined || text2pcap === undefined)(
  'two runs, the second under a TMPI: headers and body, field by field',
  async () => {
    const dissect = await dissector(await capture(2))
    const text = await dissect('-V')
    const bad = /Malformed|Expert Info \((?:Error|Warning)/
    expect(text.split('\n').filter((line) => bad.test(line))).toEqual([])
    expect(text.match(/^Hypertext Transfer Protocol/gm)).toHaveLength(8)

    const lines = await fieldsOf(
      dissect,
      'http.request.method',
      'http.response.code',
      'http.user_agent',
      'http.server',
      'http.content_type',
    )
    const ue = 'cpns-pn-gw; Release-6; 3gpp-gba-tmpi'
    const bsf = 'cpns-bsf; Release-6; 3gpp-gba-tmpi'
    const run = [
      ['GET', '', ue, '', ''],
      ['', '401', '', bsf, ''],
      ['GET', '', ue, '', ''],
      ['', '200', '', bsf, 'application/vnd.3gpp.bsf+xml'],
    ]
    expect(lines).toEqual([...run, ...run])

    const headers = await fieldsOf(dissect, 'http.authorization', 'http.www_authenticate')
    const [[first = ''] = [], [, challenge = ''] = [], [answer = ''] = []] = headers
    expect(first).toBe(
      `Digest username="${WORKED.impi}", realm="${WORKED.bsfName}", nonce="", uri="/", response=""`,
    )
    const nonce = /nonce="([^"]{44})"/.exec(challenge)?.[1] ?? ''
    expect(challenge).toMatch(
      new RegExp(
        `^Digest realm="${WORKED.bsfName}", nonce="[^"]{44}", algorithm=AKAv1-MD5, qop="auth-int", opaque="[^"]+"$`,
      ),
    )
    expect(answer).toContain(`nonce="${nonce}", uri="/", qop=auth-int, nc=00000001, cnonce="`)
    expect(answer).toMatch(/response="[0-9a-f]{32}", opaque="[^"]+", algorithm=AKAv1-MD5$/)
    for (const [again = ''] of [headers[4] ?? [], headers[6] ?? []]) {
      expect(again).toMatch(/username="[A-Za-z0-9+/]{32}@tmpi\.bsf\.3gppnetwork\.org"/)
    }

    expect(text).toMatch(/Authentication-Info: qop=auth-int, rspauth="[0-9a-f]{32}", cnonce=/i)
    expect(text).toMatch(/Expires: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/i)
    const xml = await fieldsOf(dissect, 'xml.tag', 'xml.attribute', 'xml.cdata')
    const [tags = '', attributes = '', cdata = ''] = xml[3] ?? []
    expect(tags).toMatch(/<BootstrappingInfo.*<btid>.*<lifetime>/)
    expect(attributes).toContain('xmlns="uri:3gpp-gba"')
    expect(cdata).toContain(world.store.btids[0])
    expect(cdata).toMatch(/\d{4}-\d\d-\d\dT[\d:]{8}Z/)
  },
)
