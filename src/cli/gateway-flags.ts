/** From the flags of `cpns gateway serve` to settings. Names never come from the peer (Design 4). */
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import type { ServerTarget } from '../adapters/gateway/server-way.ts'
import type { MasterKeySource } from '../adapters/keys/master-key.ts'
import { parseServerUrl } from '../adapters/tls/server-address.ts'
import type { Algorithm } from '../cpns/algorithms.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { type Fqdn, parseFqdn } from '../identity/fqdn.ts'
import { type NafId, parseUaId } from '../identity/naf-id.ts'
import type { PskVersion } from '../naf/psk-exchange.ts'
import type { PnOptions } from '../pn-gw/pn-registrar.ts'
import { algorithmsOf } from './algorithm-flag.ts'
import { type CardFlags, type CardSettings, cardSettingsOf } from './card-flags.ts'
import { needed } from './config-file.ts'
import { readFlag } from './flag-values.ts'
import type { HostPort } from './host-port.ts'
import { masterKeyIn } from './master-key-flag.ts'
import type { EntityFlags } from './serve-entity.ts'
import { type TrustFlags, trustOf } from './trust-flags.ts'

/** A year, as the message allows. Design 6 */
/** What is said where there is no card for PSK-TLS. TS 33.222 5.4 */
export const PSK_NEEDS_CARD =
  '--psk: PSK-TLS needs a card: name it by --reader, or put usim.json into the data folder'
const LONGEST_PN_SECONDS = 31_536_000

/** The flags as they come from the command line. */
export interface GatewayFlags extends CardFlags, TrustFlags, EntityFlags {
  readonly data: string
  readonly entity: string
  readonly serverUrl: string
  readonly nafFqdn?: string
  readonly uaId: string
  readonly psk?: PskVersion
  readonly algorithm?: readonly string[]
  readonly pnAlias?: string
  readonly pnLifetime: number
  readonly listen: HostPort
  readonly renewAhead: number
  readonly auth: 'auto' | 'gba' | 'password'
  readonly gbaFailure: 'refuse' | 'password'
  readonly masterKey?: string
}

/** What a PN GW is to be. */
export interface GatewaySettings extends CardSettings {
  readonly entityId: EntityId
  readonly server: ServerTarget
  /** Absent if only the password is used. */
  readonly nafId?: NafId
  readonly auth: 'gba' | 'password'
  readonly gbaFailure: 'refuse' | 'password'
  readonly masterKey?: MasterKeySource
  readonly listen: HostPort
  readonly renewAheadMs: number
  readonly algorithms: readonly Algorithm[]
  readonly pn: PnOptions
}

/** What has no default may come from a file too. @throws {ConfigurationInvalid} Naming what is missing. */
export function neededGatewayFlags(flags: Partial<GatewayFlags>): GatewayFlags {
  const { data, entity, serverUrl, ...others } = flags
  return {
    ...(others as Omit<GatewayFlags, 'data' | 'entity' | 'serverUrl'>),
    data: needed(data, 'data'),
    entity: needed(entity, 'entity'),
    serverUrl: needed(serverUrl, 'server-url'),
  }
}

/** @throws {ConfigurationInvalid} Naming the flag. */
export function gatewaySettingsOf(flags: GatewayFlags): GatewaySettings {
  const { serverUrl, listen, psk, gbaFailure } = flags
  assertOneTrust(flags)
  const card = cardSettingsOf(flags)
  const auth = authOf(flags.auth, card.reader)
  assertVerified(flags, auth)
  return {
    entityId: readFlag('--entity', () => parseEntityId(flags.entity)),
    server: psk ? { url: serverUrl, psk } : { url: serverUrl, trust: trustOf(flags) },
    ...(auth === 'gba' && { nafId: nafIdOf(flags) }),
    ...card,
    auth,
    gbaFailure,
    ...masterKeyIn(flags),
    listen,
    renewAheadMs: flags.renewAhead * 1000,
    algorithms: algorithmsOf(flags.algorithm),
    pn: pnOf(flags),
  }
}

/** Of flags the command line says it; of a file nobody else does. */
function assertOneTrust({ pin, ca, psk }: GatewayFlags): void {
  if ([pin, ca, psk].filter((one) => one !== undefined).length <= 1) return
  throw new ConfigurationInvalid('--pin, --ca, --psk: one of them')
}

function pnOf({ pnAlias: alias, pnLifetime: lifetimeSeconds }: GatewayFlags): PnOptions {
  if (lifetimeSeconds < 2 || lifetimeSeconds > LONGEST_PN_SECONDS) {
    throw new ConfigurationInvalid(`--pn-lifetime: not 2 to ${LONGEST_PN_SECONDS} seconds`)
  }
  if (alias === undefined) return { lifetimeSeconds }
  if (!/^[^\p{Cc}\p{Cs}]{1,64}$/u.test(alias)) {
    throw new ConfigurationInvalid('--pn-alias: not 1 to 64 characters')
  }
  return { alias, lifetimeSeconds }
}

/** `auto` is gba when a card is present: a card that does not work is present all the same. K-3 */
function authOf(auth: GatewayFlags['auth'], reader: string): 'gba' | 'password' {
  if (auth !== 'auto') return auth
  const [, file] = /^software:(.*)$/.exec(reader) ?? []
  return file === undefined || existsSync(file) ? 'gba' : 'password'
}

/** What makes a PN GW go over to a password is not authenticated, unless TLS has verified who says it. M-8 */
function assertVerified({ serverUrl, psk, gbaFailure }: GatewayFlags, auth: string): void {
  if (auth === 'password' && psk !== undefined) {
    throw new ConfigurationInvalid(PSK_NEEDS_CARD)
  }
  const { secure } = parseServerUrl(serverUrl, { secure: 'https', plain: 'http' })
  if (gbaFailure === 'password' && (psk !== undefined || !secure)) {
    throw new ConfigurationInvalid('--gba-failure password needs TLS with a certificate')
  }
}

function nafIdOf(flags: GatewayFlags): NafId {
  const nafFqdn = nafFqdnOf(flags)
  return { nafFqdn, uaId: readFlag('--ua-id', () => parseUaId(flags.uaId)) }
}

/** As configured, else the host of the server URL, which must be a name then. */
function nafFqdnOf({ serverUrl, nafFqdn }: GatewayFlags): Fqdn {
  const { host } = parseServerUrl(serverUrl, { secure: 'https', plain: 'http' })
  if (nafFqdn !== undefined) return readFlag('--naf-fqdn', () => parseFqdn(nafFqdn))
  if (isIP(host) === 0) return readFlag('--server-url', () => parseFqdn(host))
  throw new ConfigurationInvalid('--naf-fqdn: the server URL has an IP address, so it is needed')
}
