/** Zh and Zn as Wireshark reads them: no packet is malformed, and the AVPs have the names that we mean. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testPorts } from '../../src/adapters/diameter/diameter.fixture.ts'
import { connectDiameterZh, serveDiameterZh } from '../../src/adapters/diameter/zh.ts'
import { connectDiameterZn, serveDiameterZn } from '../../src/adapters/diameter/zn.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { toHex } from '../../src/octets/octets.ts'
import {
  startBsf,
  startHss,
  ZN_REQUEST,
  ZN_REQUEST_REFUSED,
  ZN_REQUEST_UNKNOWN,
} from '../support/diameter-nodes.ts'
import { findInteropTool } from '../support/interop-tool.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const tshark = findInteropTool('tshark', 'tshark')
const text2pcap = findInteropTool('text2pcap', 'wireshark-common')
const isMissing = tshark === undefined || text2pcap === undefined

const PORT = 3868
const HSS = { originHost: 'hss.home.example', originRealm: 'home.example' }
const BSF = { originHost: 'bsf.home.example', originRealm: 'home.example' }
const NAF = { originHost: 'naf.example.org', originRealm: 'example.org' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-diameter-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A proxy that keeps all it passes on, in the form that text2pcap reads. */
async function startTap(port: number) {
  const packets: string[] = []
  const proxy = await startTcpProxy(port, (octets, to) => {
    const lines = (toHex(octets).match(/(?:..){1,16}/g) ?? []).map((line, index) => {
      const offset = (16 * index).toString(16).padStart(6, '0')
      return `${offset} ${(line.match(/../g) ?? []).join(' ')}`
    })
    packets.push(`${to === 'server' ? 'O' : 'I'}\n${lines.join('\n')}\n`)
  })
  return { proxy, packets }
}

/** What tshark says of the packets, all details. */
async function dissect(packets: readonly string[]): Promise<string> {
  const [dump, pcap] = [join(folder, 'dump.txt'), join(folder, 'dump.pcap')]
  writeFileSync(dump, packets.join('\n'))
  const made = await text2pcap!.run(['-q', '-D', '-T', `${PORT},40000`, dump, pcap])
  expect(made).toMatchObject({ status: 0 })
  const args = ['-r', pcap, '-d', `tcp.port==${PORT},diameter`, '-V']
  const { status, stdout } = await tshark!.run(args, 60_000)
  expect(status).toBe(0)
  return stdout
}

/** Names those that are not there. */
function expectShown(text: string, wanted: readonly RegExp[]): void {
  expect(wanted.filter((line) => !line.test(text)).map(String)).toEqual([])
}

function expectWellFormed(text: string): void {
  const bad = /Malformed|Bad Timestamp|Expert Info \((?:Error|Warning)|AVP: Unknown/
  expect(text.split('\n').filter((line) => bad.test(line))).toEqual([])
}

test.skipIf(isMissing)('Zh: vector with GUSS, resynchronisation, unknown subscriber', async () => {
  const hss = await startHss()
  const options = { ...HSS, host: '127.0.0.1', port: 0, hss, bsfs: [BSF.originHost] }
  const server = await serveDiameterZh(options, testPorts('hss'))
  const { proxy, packets } = await startTap(server.port)
  const target = { host: '127.0.0.1', port: proxy.port, originHost: HSS.originHost }
  const way = { ...BSF, destinationRealm: HSS.originRealm, targets: [target] }
  const zh = connectDiameterZh(way, testPorts('bsf'))

  const answer = await zh.requestVector({ impi: WORKED.impi })
  if (answer.outcome !== 'success') throw new Error(answer.outcome)
  const auts = new Uint8Array(14)
  const refused = { impi: WORKED.impi, resynchronization: { rand: WORKED.rand, auts } }
  expect(await zh.requestVector(refused)).toEqual({ outcome: 'resynchronization-refused' })
  const nobody = parseImpi('nobody@home.example')
  expect(await zh.requestVector({ impi: nobody })).toEqual({ outcome: 'identity-unknown' })
  await zh.close()
  await server.close()
  await proxy.close()

  const text = await dissect(packets)
  expectWellFormed(text)
  expectShown(text, [
    /Command Code: Capabilities-Exchange \(257\)/,
    /Command Code: Disconnect-Peer \(282\)/,
    /Command Code: Multimedia-Auth \(303\)/,
    /ApplicationId: 3GPP Zh \(16777221\)/,
    /AVP: Session-Id\(263\).* val=bsf\.home\.example;/,
    /AVP: Auth-Session-State\(277\).* val=NO_STATE_MAINTAINED \(1\)/,
    new RegExp(`AVP: User-Name\\(1\\).* val=${WORKED.impi}`),
    /AVP: 3GPP-SIP-Auth-Data-Item\(612\)/,
    /AVP: 3GPP-SIP-Authentication-Scheme\(608\).* val=Digest-AKAv1-MD5/,
    new RegExp(
      `AVP: 3GPP-SIP-Authenticate\\(609\\) l=44 .* val=${toHex(answer.vector.rand)}${toHex(answer.vector.autn)}`,
    ),
    new RegExp(
      `AVP: 3GPP-SIP-Authorization\\(610\\) l=20 .* val=${toHex(answer.vector.xres.reveal())}`,
    ),
    new RegExp(
      `AVP: 3GPP-SIP-Authorization\\(610\\) l=42 .* val=${toHex(WORKED.rand)}${toHex(auts)}`,
    ),
    new RegExp(`AVP: Confidentiality-Key\\(625\\) l=28 .* val=${toHex(answer.vector.ck.reveal())}`),
    new RegExp(`AVP: Integrity-Key\\(626\\) l=28 .* val=${toHex(answer.vector.ik.reveal())}`),
    /AVP: GBA-UserSecSettings\(400\)/,
    /AVP: Experimental-Result-Code\(298\).* val=DIAMETER_ERROR_IMPI_UNKNOWN \(5401\)/,
    /AVP: Result-Code\(268\).* val=DIAMETER_UNABLE_TO_COMPLY \(5012\)/,
  ])
})

test.skipIf(isMissing)('Zn: keys with settings, both refusals', async () => {
  const bsf = await startBsf(NAF.originHost)
  const server = await serveDiameterZn(
    { ...BSF, host: '127.0.0.1', port: 0, bsf },
    testPorts('bsf'),
  )
  const { proxy, packets } = await startTap(server.port)
  const target = { host: '127.0.0.1', port: proxy.port, originHost: BSF.originHost }
  const way = { ...NAF, destinationRealm: BSF.originRealm, targets: [target] }
  const zn = connectDiameterZn(way, testPorts('naf'))

  const answer = await zn.requestBootstrappingInfo(ZN_REQUEST)
  if (answer.outcome !== 'success') throw new Error(answer.outcome)
  expect(await zn.requestBootstrappingInfo(ZN_REQUEST_REFUSED)).toEqual({
    outcome: 'not-authorized',
  })
  expect(await zn.requestBootstrappingInfo(ZN_REQUEST_UNKNOWN)).toEqual({
    outcome: 'transaction-identifier-invalid',
  })
  await zn.close()
  await server.close()
  await proxy.close()

  const text = await dissect(packets)
  expectWellFormed(text)
  const me = toHex(answer.meKeyMaterial.reveal())
  const uicc = toHex(answer.uiccKeyMaterial?.reveal() ?? new Uint8Array())
  // tshark cuts long octet strings.
  const btid = Buffer.from(ZN_REQUEST.btid).toString('hex').slice(0, 64)
  const nafId = Buffer.concat([Buffer.from(WORKED.nafFqdn), Buffer.from('ff43504e53', 'hex')])
  expectShown(text, [
    // Spelt so by its authors.
    /Command Code: Boostrapping-Info \(310\)/,
    /ApplicationId: 3GPP Zn \(16777220\)/,
    new RegExp(`AVP: Transaction-Identifier\\(401\\).* val=${btid}`),
    new RegExp(`AVP: NAF-Hostname\\(402\\).* val=${nafId.toString('hex')}`),
    /AVP: GAA-Service-Identifier\(403\).* val=31303030303031/,
    /AVP: GBA_U-Awareness-Indicator\(407\).* val=YES \(1\)/,
    new RegExp(`AVP: ME-Key-Material\\(405\\) l=44 .* val=${me}`),
    new RegExp(`AVP: UICC-Key-Material\\(406\\) l=44 .* val=${uicc}`),
    /AVP: Key-ExpiryTime\(404\) l=16 .* val=\w{3} +\d+, \d{4} /,
    /AVP: BootstrapInfoCreationTime\(408\) l=16 .* val=\w{3} +\d+, \d{4} /,
    /AVP: GBA-UserSecSettings\(400\)/,
    /AVP: Experimental-Result-Code\(298\).* val=DIAMETER_ERROR_NOT_AUTHORIZED \(5402\)/,
    /AVP: Experimental-Result-Code\(298\).* val=DIAMETER_ERROR_TRANSACTION_IDENTIFIER_INVALID \(5403\)/,
  ])
})
