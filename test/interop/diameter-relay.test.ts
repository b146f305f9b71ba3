/**
 * freeDiameterd as a relay agent between our nodes: BSF and HSS, NAF and BSF. It listens on every interface
 * when asked for loopback, so all of it runs in a network namespace of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const freeDiameter = findInteropTool('freeDiameterd', 'freediameterd')
const unshare = findInteropTool('unshare', 'util-linux')
const ip = findInteropTool('ip', 'iproute2')
const isMissing = freeDiameter === undefined || unshare === undefined || ip === undefined

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-relay-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const peer = (name: string, realm: string, port: number): string =>
  `ConnectPeer = "${name}" { ConnectTo = "127.0.0.1"; Port = ${port}; No_TLS; Realm = "${realm}"; };`

const configurationOf = (acl: string): string => `
  Identity = "relay.ipx.example"; Realm = "ipx.example";
  Port = 24870; SecPort = 0; No_SCTP; No_IPv6;
  ListenOn = "192.0.2.10";
  TcTimer = 6; TwTimer = 6;
  LoadExtension = "dict_sip.fdx"; LoadExtension = "dict_nasreq.fdx";
  LoadExtension = "acl_wl.fdx" : "${acl}";
  ${peer('hss.home.example', 'home.example', 24_868)}
  ${peer('zn.bsf.example', 'bsf.example', 24_869)}
`

/** A namespace with loopback and one address that is not. */
const SETUP = [
  'ip link set lo up',
  'ip tuntap add dev t0 mode tun',
  'ip addr add 192.0.2.10/32 dev t0',
  'ip link set t0 up',
  'exec "$@"',
].join(' && ')

test.skipIf(isMissing)(
  'through a relay: every outcome, and whatever goes away comes back',
  async () => {
    const [acl, configuration] = [join(folder, 'acl.conf'), join(folder, 'relay.conf')]
    writeFileSync(acl, 'ALLOW_IPSEC\t*.example\n')
    writeFileSync(configuration, configurationOf(acl))
    const inside = join(import.meta.dirname, 'diameter-relay.fixture.ts')
    const command = [process.execPath, '--import', 'tsx', inside, freeDiameter!.path, configuration]
    // Who is not root is root of the namespace.
    const isolate = process.getuid?.() === 0 ? '-n' : '-rn'
    const args = [isolate, 'bash', '-c', SETUP, 'bash', ...command]
    const { status, stdout, stderr } = await unshare!.run(args, 110_000)

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(said).toEqual([
      ['zh first', 'success'],
      ['zh', [WORKED.impi, '<guss>']],
      ['zh unknown', { outcome: 'identity-unknown' }],
      ['zh resynchronization', { outcome: 'resynchronization-refused' }],
      ['zh 200 at once', ['success']],
      ['zn first', 'success'],
      ['zn', 'f568a61c01d3a657e4a7affa881428d8edf3b085fbd69cbf14e74dc4c24ed10e'],
      ['zn refused', { outcome: 'not-authorized' }],
      ['zn unknown', { outcome: 'transaction-identifier-invalid' }],
      ['without an HSS', { outcome: 'unavailable' }],
      ['with an HSS again', 'success'],
      ['relay killed', { outcome: 'unavailable' }],
      ['relay back', ['success', 'success']],
      ['relay stopped', { outcome: 'unavailable' }],
      ['relay back again', ['success', 'success']],
      ['over a noisy line', 'success'],
      ['garbage from the relay', 'success'],
      ['garbage to the relay', 'success'],
      ['garbage from the relay', 'success'],
      ['garbage to the relay', 'success'],
      ['end', 'nothing is left open'],
    ])
  },
)
