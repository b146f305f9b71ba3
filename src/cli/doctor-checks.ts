/** What is looked at for each entity, by its flags. Issue 6, 3 */

import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkCertificate } from '../adapters/doctor/check-certificate.ts'
import { checkClock } from '../adapters/doctor/check-clock.ts'
import { checkFolder, checkPermissions, problemOf } from '../adapters/doctor/check-folder.ts'
import { checkDiameterPeer, checkPort, checkReachable } from '../adapters/doctor/check-network.ts'
import type { Finding } from '../adapters/doctor/finding.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { parseServerUrl } from '../adapters/tls/server-address.ts'
import { pinOf } from '../adapters/tls/trust.ts'
import { parseBsfUrl } from '../adapters/ub/connect-ub.ts'
import { APPLICATION_ZH } from '../diameter/zh/multimedia-auth.ts'
import { APPLICATION_ZN } from '../diameter/zn/bootstrapping-info.ts'
import { CpnsError } from '../errors/errors.ts'
import { withCard } from './card-flags.ts'
import type { ConfiguredEntity } from './config-schema.ts'
import { diameterNamesOf, diameterTargetOf, peerTlsOf, realmOf } from './diameter-flags.ts'
import { type GatewayFlags, gatewaySettingsOf, neededGatewayFlags } from './gateway-flags.ts'
import type { HostPort } from './host-port.ts'
import { masterKeyIn } from './master-key-flag.ts'
import { readWholeFile } from './read-whole-file.ts'

/** Which entity is looked at. */
export type DoctoredEntity = Exclude<ConfiguredEntity, 'lab'>

/** The flags of `cpns ENTITY serve`, as they come from flags, environment and file. */
export type DoctoredFlags = Readonly<Record<string, unknown>>

type Check = () => Promise<readonly Finding[]> | readonly Finding[]

const LISTENERS = ['listen', 'znListen', 'http2Listen', 'webServiceListen', 'psk', 'api', 'admin']
const CARD_TIMEOUT_MS = 15_000
const random = createSystemRandom()

/** One after the other; each check is bounded in time, and what stops one is a finding. */
export async function examine(
  entity: DoctoredEntity,
  flags: DoctoredFlags,
): Promise<readonly Finding[]> {
  const checks: readonly (readonly [what: string, check: Check])[] = [
    ['clock', async () => [await checkClock(systemClock)]],
    ['data folder', () => folderOf(flags)],
    ['certificates', () => certificatesOf(entity, flags)],
    ['ports', () => portsOf(entity, flags)],
    ['peers', () => peersOf(entity, flags)],
    ['reader', () => (entity === 'gateway' ? readerOf(flags) : [])],
  ]
  const findings: Finding[] = []
  for (const [what, check] of checks) {
    try {
      findings.push(...(await check()))
    } catch (error) {
      if (!(error instanceof CpnsError)) throw error
      findings.push(problemOf(what, error, 'see cpns config check, and docs of the flag'))
    }
  }
  return findings
}

async function folderOf(flags: DoctoredFlags): Promise<readonly Finding[]> {
  const path = textOf(flags, 'data')
  if (path === undefined) {
    const advice = 'give --data, or "data" in the configuration'
    return [{ what: 'data folder', state: 'problem', found: 'none is named', advice }]
  }
  const files = ['tlsKey', 'peerKey', 'cardPinFile'].flatMap((key) => textOf(flags, key) ?? [])
  const place = { path, ...masterKeyIn({ masterKey: textOf(flags, 'masterKey') }) }
  return [...(await checkFolder(place, random)), ...files.map(checkPermissions)]
}

function certificatesOf(entity: DoctoredEntity, flags: DoctoredFlags): readonly Finding[] {
  const own = ownCertificate(entity, flags)
  const pairs = [
    ['tlsCert', 'tlsKey'],
    ['peerCert', 'peerKey'],
  ] as const
  const given = pairs.flatMap(([cert, key]) => {
    const [certificateFile, keyFile] = [textOf(flags, cert), textOf(flags, key)]
    return certificateFile === undefined || keyFile === undefined
      ? []
      : [{ certificateFile, keyFile, names: [], isRenewed: false }]
  })
  const name = entity === 'server' ? textOf(flags, 'nafFqdn') : undefined
  const kept = own && { ...own, names: name === undefined ? [] : [name], isRenewed: true }
  return [...(kept ? [kept] : []), ...given].map((one) =>
    checkCertificate(one, systemClock.nowMs()),
  )
}

function ownCertificate(entity: DoctoredEntity, flags: DoctoredFlags) {
  const data = textOf(flags, 'data')
  const folder = join(data ?? '', `${entity}-tls`)
  const certificateFile = join(folder, 'certificate.pem')
  if (data === undefined || !existsSync(certificateFile)) return undefined
  return { certificateFile, keyFile: join(folder, 'key.pem') }
}

function portsOf(entity: DoctoredEntity, flags: DoctoredFlags): Promise<readonly Finding[]> {
  const own = ownCertificate(entity, flags)
  const pin = own && pinOfFile(own.certificateFile)
  const names = [...LISTENERS, 'metrics'].filter((key) => isAddress(flags[key]))
  const checks = names.map((key) => {
    const flag = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    const isOwn = key === 'listen' || key === 'api'
    return checkPort(flag, flags[key] as HostPort, isOwn ? pin : undefined)
  })
  return Promise.all(checks)
}

function pinOfFile(file: string): string | undefined {
  try {
    return pinOf(new X509Certificate(readWholeFile('--tls-cert', file)).publicKey)
  } catch {
    // Said where certificates are looked at.
    return undefined
  }
}

async function peersOf(entity: DoctoredEntity, flags: DoctoredFlags): Promise<readonly Finding[]> {
  if (entity === 'hss') return []
  if (entity === 'gateway') return gatewayPeers(flags)
  const hssUrl = textOf(flags, 'hssUrl')
  if (entity === 'bsf' && hssUrl !== undefined) {
    return [await checkUrl('HSS', hssUrl, flags)]
  }
  const words = listOf(flags, entity === 'bsf' ? 'hss' : 'bsf')
  return Promise.all(
    words.map((word) => {
      const [, name = '', url] = /^([^=]*)=(?:soap\+)?(https?:\/\/.*)$/.exec(word) ?? []
      return url === undefined ? checkDiameter(entity, word, flags) : checkUrl(name, url, flags)
    }),
  )
}

function checkUrl(name: string, url: string, flags: DoctoredFlags): Promise<Finding> {
  const { host, port, secure } = parseServerUrl(url, { secure: 'https', plain: 'http' })
  const { tls = { trust: { kind: 'system' } as const } } = peerTlsOf(flags)
  return checkReachable(name, { host, port, ...(secure && tls) })
}

/** Behind `BSF-NAME=` a server may name the Origin-Host: `BSF-NAME=ORIGIN-HOST@HOST:PORT`. */
function checkDiameter(
  entity: 'bsf' | 'server',
  word: string,
  flags: DoctoredFlags,
): Promise<Finding> {
  const isBsf = entity === 'bsf'
  const plain = word.replace(/^[^=]*=(?=[^@]*@)/, '').replace('@', '=')
  const target = {
    ...diameterTargetOf(isBsf ? '--hss' : '--bsf', plain),
    ...peerTlsOf(flags),
  }
  const ourName = textOf(flags, 'originHost') ?? textOf(flags, isBsf ? 'name' : 'nafFqdn')
  const realm = textOf(flags, isBsf ? 'hssRealm' : 'bsfRealm')
  const options = {
    ...diameterNamesOf(ourName ?? '', textOf(flags, 'originRealm')),
    applicationId: isBsf ? APPLICATION_ZH : APPLICATION_ZN,
    destinationRealm: realmOf(isBsf ? '--hss-realm' : '--bsf-realm', target.originHost, realm),
  }
  return checkDiameterPeer(target, options, { clock: systemClock, random })
}

const SYSTEM = { kind: 'system' } as const

async function gatewayPeers(flags: DoctoredFlags): Promise<readonly Finding[]> {
  const { server, bsfUrl, bsfTrust = SYSTEM } = gatewaySettingsOf(gatewayFlagsOf(flags))
  const at = parseServerUrl(server.url, { secure: 'https', plain: 'http' })
  const trust = 'trust' in server && at.secure ? { trust: server.trust } : {}
  const toServer = checkReachable('CPNS Server', { host: at.host, port: at.port, ...trust })
  if (bsfUrl === undefined) return [await toServer]
  const { host, port, secure } = parseBsfUrl(bsfUrl)
  const toBsf = { host, port, ...(secure && { trust: bsfTrust }) }
  return Promise.all([toServer, checkReachable('BSF', toBsf)])
}

async function readerOf(flags: DoctoredFlags): Promise<readonly Finding[]> {
  const settings = gatewaySettingsOf(gatewayFlagsOf(flags))
  const what = `reader ${settings.reader}`
  if (settings.auth === 'password') return [{ what, state: 'ok', found: 'not needed: password' }]
  const advice = 'look at --reader, whether the card is in it, and at --card-pin-file'
  const late = new Promise<Finding>((resolve) => {
    const found = 'the card does not answer'
    systemClock.setTimer(CARD_TIMEOUT_MS, () => resolve({ what, state: 'problem', found, advice }))
  })
  const looked = withCard(settings, ({ card }): Promise<Finding> => {
    const found = `${card.application} of ${card.impi} answers`
    return Promise.resolve({ what, state: 'ok', found })
  }).catch((error: unknown) => problemOf(what, error, advice))
  return [await Promise.race([looked, late])]
}

function gatewayFlagsOf(flags: DoctoredFlags): GatewayFlags {
  return neededGatewayFlags(flags)
}

function textOf(flags: DoctoredFlags, key: string): string | undefined {
  const value = flags[key]
  return typeof value === 'string' ? value : undefined
}

function listOf(flags: DoctoredFlags, key: string): readonly string[] {
  const value = flags[key]
  return Array.isArray(value) ? value.map(String) : []
}

function isAddress(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'port' in value
}
