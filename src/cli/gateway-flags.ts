/** From the flags of `cpns gateway serve` to settings. Names never come from the peer (Design 4). */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parseServerUrl } from '../adapters/tls/server-address.ts'
import type { Trust } from '../adapters/tls/trust.ts'
import { Secret } from '../crypto/secret.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { type NafId, parseUaId } from '../identity/naf-id.ts'
import { CARD_PROFILE } from '../lab/lab-files.ts'
import { utf8 } from '../octets/octets.ts'
import { readFlag } from './flag-values.ts'
import type { HostPort } from './host-port.ts'

/** The flags as they come from the command line. */
export interface GatewayFlags {
  readonly data: string
  readonly entity: string
  readonly serverUrl: string
  readonly nafFqdn?: string
  readonly uaId: string
  readonly pin?: string
  readonly ca?: string
  readonly bsfUrl?: string
  readonly bsfName?: string
  readonly reader?: string
  readonly cardPinFile?: string
  readonly listen: HostPort
  readonly renewAhead: number
}

/** What a PN GW is to be. */
export interface GatewaySettings {
  readonly entityId: EntityId
  readonly server: { readonly url: string; readonly trust: Trust }
  readonly nafId: NafId
  /** Default what the card says. */
  readonly bsfName?: Fqdn
  /** Default `http://` and the BSF name of the card. */
  readonly bsfUrl?: string
  readonly reader: string
  readonly cardPin?: Secret
  readonly listen: HostPort
  readonly renewAheadMs: number
}

/** @throws {ConfigurationInvalid} Naming the flag. */
export function gatewaySettingsOf(flags: GatewayFlags): GatewaySettings {
  const { serverUrl, bsfName, bsfUrl, cardPinFile, listen } = flags
  return {
    entityId: readFlag('--entity', () => parseEntityId(flags.entity)),
    server: { url: serverUrl, trust: trustOf(flags) },
    nafId: {
      nafFqdn: nafFqdnOf(flags),
      uaId: readFlag('--ua-id', () => parseUaId(flags.uaId)),
    },
    ...(bsfName !== undefined && { bsfName: readFlag('--bsf-name', () => parseFqdn(bsfName)) }),
    ...(bsfUrl !== undefined && { bsfUrl }),
    reader: flags.reader ?? `software:${flags.data}/${CARD_PROFILE}`,
    ...(cardPinFile !== undefined && { cardPin: readCardPin(cardPinFile) }),
    listen,
    renewAheadMs: flags.renewAhead * 1000,
  }
}

/** As configured, else the host of the server URL, which must be a name then. */
function nafFqdnOf({ serverUrl, nafFqdn }: GatewayFlags): Fqdn {
  const { host } = parseServerUrl(serverUrl, { secure: 'https', plain: 'http' })
  if (nafFqdn !== undefined) return readFlag('--naf-fqdn', () => parseFqdn(nafFqdn))
  if (isIP(host) === 0) return readFlag('--server-url', () => parseFqdn(host))
  throw new ConfigurationInvalid('--naf-fqdn: the server URL has an IP address, so it is needed')
}

function trustOf({ pin, ca }: GatewayFlags): Trust {
  if (pin !== undefined) {
    if (!/^[0-9a-fA-F]{64}$/.test(pin)) throw new ConfigurationInvalid('--pin: not 64 hex digits')
    return { kind: 'pin', sha256: pin.toLowerCase() }
  }
  return ca === undefined ? { kind: 'system' } : { kind: 'ca', pem: readTextFile('--ca', ca) }
}

function readCardPin(file: string): Secret {
  const pin = readTextFile('--card-pin-file', file).trim()
  if (/^\d{4,8}$/.test(pin)) return Secret.of(utf8(pin))
  throw new ConfigurationInvalid(`--card-pin-file ${file}: a PIN has 4 to 8 digits`)
}

function readTextFile(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code = 'unknown cause' } = cause as NodeJS.ErrnoException
    throw new ConfigurationInvalid(`${flag} ${file}: cannot be read (${code})`, { cause })
  }
}
