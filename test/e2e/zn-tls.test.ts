/**
 * Zn over TLS between processes, in each of its forms: a NAF is who its certificate says, whatever it says of
 * itself. TS 29.109 5.2, TS 33.220 4.5.3
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openReader } from '../../src/adapters/card/open-reader.ts'
import { connectDiameterZn, type ZnConnection } from '../../src/adapters/diameter/zn.ts'
import { connectNbspGba, connectZnWebService } from '../../src/adapters/sbi/zn.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { testCertificate } from '../../src/adapters/tls/tls.fixture.ts'
import { connectUb } from '../../src/adapters/ub/connect-ub.ts'
import { parseUssList } from '../../src/gba/guss.ts'
import { openUiccApplication } from '../../src/gba/uicc-terminal.ts'
import type { Btid } from '../../src/identity/btid.ts'
import { parseFqdn } from '../../src/identity/fqdn.ts'
import { UA_ID_CPNS } from '../../src/identity/naf-id.ts'
import { createCardKeySource } from '../../src/naf/card-key-source.ts'
import { toHex } from '../../src/octets/octets.ts'
import { noLog } from '../../src/ports/log.ts'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'
import { startTlsFront, type TlsFront } from '../support/tls-front.ts'

const HSS_NAME = 'hss.ims.mnc001.mcc001.3gppnetwork.org'
const BSF_NAME = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'
const NAF = parseFqdn('cpns.example.org')
const NAF_ID = { nafFqdn: NAF, uaId: UA_ID_CPNS }
/** Given by an operator, with something that only the NAF knows. */
const SERVICE = 1_000_000
const gussOf = (flag: number) =>
  '<guss><bsfInfo><uiccType>GBA_U</uiccType></bsfInfo><ussList>' +
  `<uss id="${SERVICE}" type="0" nafGroup="A"><uids><uid>sip:zn@ims.example</uid></uids>` +
  `<flags><flag>${flag}</flag></flags><special level="7"/></uss>` +
  '<uss id="7" type="0"><uids/><flags/></uss></ussList></guss>'
const PORTS = { clock: systemClock, random: createSystemRandom(), log: noLog }

/** Of the BSF; of the NAF, of another one that the BSF knows, and of one that no CA of the BSF knows. */
const BSF_CERTIFICATE = testCertificate({ dnsNames: [BSF_NAME, 'localhost'] })
const certificateOf = (name: string) =>
  testCertificate({ commonName: name, dnsNames: [name], asClient: true })
const OWN = certificateOf(NAF)
const OTHERS = certificateOf('other.example.org')
const FOREIGN = certificateOf(NAF)

let folder: string
let bsf: RunningCpns
let impi = ''
let btid: Btid
let ksExtNaf: string
const running: RunningCpns[] = []
const fronts: TlsFront[] = []
const printed = new Map<RunningCpns, string>()

const path = (name: string): string => join(folder, name)

async function start(args: readonly string[], ready: string): Promise<RunningCpns> {
  const process = startCpns(args)
  running.push(process)
  process.child.stdout?.on('data', (text: string) => {
    printed.set(process, (printed.get(process) ?? '') + text)
  })
  await process.untilPrinted(ready)
  return process
}

const said = (process: RunningCpns, line: RegExp): string =>
  line.exec(printed.get(process) ?? '')?.[1] ?? ''

function pemFile(name: string, ...pems: readonly string[]): string {
  writeFileSync(path(name), pems.join('\n'), { mode: 0o600 })
  return path(name)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-zn-'))
  impi = await makeCard('001010123456777', 'usim.json')
  const hss = await start(
    [
      ...['hss', 'serve', '--data', path('hss'), '--origin-host', HSS_NAME, '--bsf', BSF_NAME],
      ...['--listen', '127.0.0.1:0'],
    ],
    'hss is ready.',
  )
  const clients = [OWN, OTHERS].map(({ certificatePem }) => certificatePem)
  bsf = await start(
    [
      ...['bsf', 'serve', '--data', path('bsf'), '--name', BSF_NAME, '--listen', '127.0.0.1:0'],
      ...['--hss', `${HSS_NAME}=${said(hss, /^Zh +Diameter TCP (\S+)$/m)}`],
      ...['--zn-listen', '127.0.0.1:0', '--http2-listen', '127.0.0.1:0'],
      ...['--web-service-listen', '127.0.0.1:0'],
      ...['--naf', `${NAF}=${NAF};group=A`, '--naf', 'other.example.org=other.example.org'],
      ...['--tls-cert', pemFile('bsf.pem', BSF_CERTIFICATE.certificatePem)],
      ...['--tls-key', pemFile('bsf.key', BSF_CERTIFICATE.privateKeyPem)],
      ...['--client-ca', pemFile('clients.pem', ...clients)],
    ],
    'bsf is ready.',
  )
  await bootstrap()
}, 120_000)
afterAll(async () => {
  await Promise.all(running.map((one) => one.end('SIGKILL')))
  await Promise.all(fronts.map((front) => front.close()))
  rmSync(folder, { recursive: true, force: true })
})

/** A card in a file, and its subscriber with settings. @returns Its IMPI. */
async function makeCard(imsi: string, file: string): Promise<string> {
  const card = await runCpns(['uicc', 'new', '--imsi', imsi, '--out', path(file)])
  const [, ...line] = card.stdout.trim().split(' ')
  const added = await runCpns([...line, '--data', path('hss'), '--guss', '-'], gussOf(1))
  expect(added).toMatchObject({ status: 0, stderr: '' })
  return line[line.indexOf('--impi') + 1] ?? ''
}

/** The card's side of a B-TID, to be compared with what Zn gives. @param refused A B-TID to be replaced. */
async function bootstrap(refused?: Btid): Promise<void> {
  const reader = await openReader(`software:${path('usim.json')}`, PORTS.random)
  const card = await openUiccApplication(reader)
  const ub = connectUb({ baseUrl: said(bsf, /^Ub +(\S+)$/m) })
  const key = await createCardKeySource({ card, ub, ...PORTS }).obtain({
    nafId: NAF_ID,
    keyUse: 'ME',
    ...(refused && { refused }),
  })
  btid = key.btid
  ksExtNaf = toHex(key.key.reveal())
  await ub.close()
  await card.close()
}

type Client = Pick<typeof OWN, 'certificatePem' | 'privateKeyPem'>

const TRUST = { kind: 'ca', pem: BSF_CERTIFICATE.certificatePem } as const
const PIN = { kind: 'pin', sha256: BSF_CERTIFICATE.pin } as const

/** The three forms of Zn, each as a raw client that claims to be the NAF. */
const FORMS: Readonly<Record<string, (certificate: Client | undefined) => ZnConnection>> = {
  Diameter(certificate) {
    const [host = '', port] = said(bsf, /^Zn +Diameter TLS (\S+)$/m).split(':')
    const tls = { trust: TRUST, serverName: BSF_NAME, ...(certificate && { certificate }) }
    const originHost = certificate === OTHERS ? 'other.example.org' : NAF
    return connectDiameterZn(
      {
        originHost,
        originRealm: 'example.org',
        destinationRealm: 'mnc001.mcc001.pub.3gppnetwork.org',
        targets: [{ host, port: Number(port), originHost: BSF_NAME, tls }],
      },
      PORTS,
    )
  },
  'HTTP/2'(certificate) {
    const apiRoot = said(bsf, /^Zn +HTTP\/2 (\S+)$/m)
    const server = { apiRoot, trust: TRUST, serverName: BSF_NAME }
    return connectNbspGba({ ...server, ...(certificate && { certificate }) }, PORTS)
  },
  'HTTP/2, pinned'(certificate) {
    const apiRoot = said(bsf, /^Zn +HTTP\/2 (\S+)$/m)
    return connectNbspGba({ apiRoot, trust: PIN, ...(certificate && { certificate }) }, PORTS)
  },
  'web service'(certificate) {
    const apiRoot = said(bsf, /^Zn +web service (\S+)$/m)
    return connectZnWebService({ apiRoot, trust: PIN, ...(certificate && { certificate }) }, PORTS)
  },
}

async function ask(form: string, certificate: Client | undefined, gsids: readonly number[] = []) {
  const zn = FORMS[form]?.(certificate)
  const answer = await zn?.requestBootstrappingInfo({
    btid,
    nafId: NAF_ID,
    gsids,
    gbaUAware: true,
  })
  await zn?.close()
  return answer
}

describe.each(Object.keys(FORMS))('%s', (form) => {
  test('the certificate of the NAF: the key that the card has too', async () => {
    const answer = await ask(form, OWN)
    if (answer?.outcome !== 'success') throw new Error(`not served: ${answer?.outcome}`)
    expect(toHex(answer.meKeyMaterial.reveal())).toBe(ksExtNaf)
    expect(answer.uiccKeyMaterial).toBeDefined()
  })

  test('the settings of its services, as they were given to `cpns subscriber add --guss`', async () => {
    const answer = await ask(form, OWN, [SERVICE])
    if (answer?.outcome !== 'success') throw new Error(`not served: ${answer?.outcome}`)
    expect(parseUssList(answer.ussList ?? '')).toEqual([
      { gsid: SERVICE, type: 0, nafGroup: 'A', uids: ['sip:zn@ims.example'], flags: [1] },
    ])
    const others = await ask(form, OWN, [5])
    expect(others).toMatchObject({ outcome: 'success' })
    expect(others).not.toHaveProperty('ussList')
  })

  test('that of another NAF gets no key of this FQDN: 5402, 403, a fault', async () => {
    expect(await ask(form, OTHERS)).toEqual({ outcome: 'not-authorized' })
  })

  test('none, and one of the same name that no CA stands for: refused at TLS', async () => {
    expect(await ask(form, undefined)).toEqual({ outcome: 'unavailable' })
    expect(await ask(form, FOREIGN)).toEqual({ outcome: 'unavailable' })
  })
})

test('other settings count from the next bootstrap on, whatever else the NAF may know', async () => {
  const guss = ['--guss', pemFile('guss.xml', gussOf(2))]
  const changed = await runCpns(['subscriber', 'change', impi, '--data', path('hss'), ...guss])
  expect(changed.stdout).toContain(
    `service ${SERVICE}  type 0  NAF group A  identities sip:zn@ims.example  flags 2\n`,
  )
  const flagsNow = async () => {
    const answer = await ask('Diameter', OWN, [SERVICE])
    return answer?.outcome === 'success' ? answer.ussList : undefined
  }
  expect(await flagsNow()).toContain('<flag>1</flag>')
  await bootstrap(btid)
  expect(await flagsNow()).toContain('<flag>2</flag></flags><special level="7"/>')
})

test('a CPNS Server as a process takes its keys over HTTP/2, the BSF pinned, and a PN GW reaches that by TLS', async () => {
  const server = await start(
    [
      ...['server', 'serve', '--data', path('server'), '--entity', 'urn:x:server'],
      ...['--naf-fqdn', NAF, '--listen', '127.0.0.1:0', '--first-use', 'bind'],
      ...['--bsf', `${BSF_NAME}=${said(bsf, /^Zn +HTTP\/2 (\S+)$/m)}`],
      ...['--peer-pin', BSF_CERTIFICATE.pin],
      ...['--peer-cert', pemFile('naf.pem', OWN.certificatePem)],
      ...['--peer-key', pemFile('naf.key', OWN.privateKeyPem)],
    ],
    'server is ready.',
  )
  const pin = readFileSync(path('server/server.pin'), 'utf8').trim()
  const front = await startTlsFront(BSF_CERTIFICATE, said(bsf, /^Ub +(\S+)$/m))
  fronts.push(front)
  // A card that holds no key yet.
  await makeCard('001010123456776', 'new.json')
  const settings = {
    data: path('gw'),
    entity: 'urn:x:gw',
    pin,
    listen: '127.0.0.1:0',
    nafFqdn: NAF,
    serverUrl: said(server, /^CPNS-2 +(\S+)$/m),
    reader: `software:${path('new.json')}`,
    bsfUrl: front.url,
  }
  writeFileSync(path('gw.json'), JSON.stringify(settings))
  const gateway = ['gateway', 'serve', '--config', path('gw.json')]
  const wrong = await start([...gateway, '--bsf-pin', 'ab'.repeat(32)], 'pin ')
  let logged = ''
  wrong.child.stderr?.on('data', (text: string) => {
    logged += text
  })
  await expect.poll(() => logged, { timeout: 20_000 }).toContain('is not the one to trust: the key')
  // It goes on trying: docs/explanation/decisions/0060-a-bsf-that-is-not-trusted.md
  expect((await wrong.end('SIGTERM')).status).toBe(0)
  writeFileSync(path('gw.json'), JSON.stringify({ ...settings, bsfCa: path('bsf.pem') }))
  await start(gateway, 'authenticated; session with fingerprint')
}, 60_000)
