/**
 * Keys of PSK-TLS by their identities: B-TID over Zn to the key of this NAF and this version of TLS.
 * TS 33.222 5.4, TS 33.220 4.5.3
 */
import { InvalidMessage } from '../errors/errors.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { Clock } from '../ports/clock.ts'
import { noLog } from '../ports/log.ts'
import { createSteadyClock } from '../ports/steady-clock.ts'
import { nafFqdnOf } from './create-naf.ts'
import { nafKeyOf } from './naf-key.ts'
import { type NafOptions, type NafPorts, type NafSettings, nafSettingsOf } from './options.ts'
import { type PskAnswer, type PskLookup, type PskVersion, uaIdOfPskTls } from './psk-exchange.ts'
import { type PskIdentity, parsePskIdentity } from './psk-identity.ts'
import type { Refusal } from './refusal.ts'
import { createZnLookup, type ZnLookup } from './zn-lookup.ts'

/** What matters of a NAF where TLS itself authenticates. */
export type PskKeySourceOptions = Pick<
  NafOptions,
  'nafFqdns' | 'hostAliases' | 'keyUses' | 'requireGbaU' | 'gsids' | 'znLimits'
>

/** Of those that a hello may offer; more are not looked at, so that one hello costs few look-ups. */
const MAX_IDENTITIES = 4

interface Context {
  readonly settings: NafSettings
  readonly zn: ZnLookup
  readonly clock: Clock
}

/**
 * Keys from the BSFs of the `bsfs` table. Without a server name the first FQDN counts; a server name
 * chooses among those that are configured, and one that is none of them has no key.
 *
 * @throws {RangeError} If there is no FQDN or no kind of key.
 */
export function createPskKeySource(
  options: PskKeySourceOptions,
  given: Pick<NafPorts, 'zn' | 'clock' | 'log'>,
): PskLookup {
  const settings = nafSettingsOf(options)
  const ports = { ...given, clock: createSteadyClock(given.clock, given.log ?? noLog) }
  const zn = createZnLookup(settings.znLimits, ports)
  const context = { settings, zn, clock: ports.clock }
  return async ({ identities, serverName, version }, address) => {
    const nafFqdn =
      serverName === undefined ? settings.nafFqdns[0] : nafFqdnOf(serverName, settings)
    if (nafFqdn === undefined) return { outcome: 'unknown-identity' }
    let answer: PskAnswer = { outcome: 'unknown-identity' }
    for (const identity of identities.slice(0, MAX_IDENTITIES)) {
      answer = await lookUp({ identity, nafFqdn, version, address }, context)
      if (answer.outcome !== 'unknown-identity') return answer
    }
    return answer
  }
}

async function lookUp(
  wanted: {
    readonly identity: string
    readonly nafFqdn: Fqdn
    readonly version: PskVersion
    readonly address: string
  },
  { settings, zn, clock }: Context,
): Promise<PskAnswer> {
  const { identity, nafFqdn, version, address } = wanted
  const asked = readIdentity(identity)
  if (asked === undefined || !settings.keyUses.includes(asked.keyUse)) {
    return { outcome: 'unknown-identity' }
  }
  const uaId = uaIdOfPskTls(version)
  const { btid, keyUse } = asked
  const request = { btid, nafId: { nafFqdn, uaId }, gsids: settings.gsids, gbaUAware: true }
  const found = nafKeyOf(await zn.lookUp(request, address), keyUse, { settings, clock })
  if (found.outcome !== 'key') return { outcome: reasonOf(found) }
  const { key, impi, gbaType, expiresAtMs } = found
  return {
    outcome: 'key',
    identity,
    key,
    peer: { btid, ...(impi && { impi }), gbaType, nafFqdn, uaId, expiresAtMs },
  }
}

function readIdentity(identity: string): PskIdentity | undefined {
  try {
    return parsePskIdentity(identity)
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

function reasonOf(refusal: Refusal): Exclude<PskAnswer['outcome'], 'key'> {
  if (refusal.outcome === 'challenged') return 'unknown-identity'
  return refusal.status === 403 ? 'forbidden' : 'unavailable'
}
