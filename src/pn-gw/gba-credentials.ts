/**
 * The EUKey of a PN GW with a card: Ks_ext_NAF of a GBA_U run. CR 7.4.3, K-1 to K-3
 *
 * A card in use never falls back silently; what goes wrong is reported with the check that failed.
 */
import type { BootstrappingHints, CredentialSource, Credentials } from '../cpns/credentials.ts'
import { AuthenticationFailed, ConfigurationInvalid } from '../errors/errors.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import { type BootstrapFailure, type BootstrappedKeys, bootstrap } from '../gba/ub-client.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import type { Btid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { NafId } from '../identity/naf-id.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'

/** Names never come from the peer. Design 4 */
export interface GbaCredentialOptions {
  /** NAF_Id of the EUKey: configured FQDN of the server and the Ua id of CPNS. */
  readonly nafId: NafId
  /** BSF name; default what the card says. */
  readonly bsfName?: Fqdn
  /** Name of the PN GW in the trace. */
  readonly entityName: string
}

/** What it is given. */
export interface GbaCredentialPorts {
  readonly card: GbaCard
  readonly ub: UbExchange
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
}

/** A bootstrapping run that went well. */
export interface BootstrapSummary {
  readonly btid: Btid
  /** UTC milliseconds. */
  readonly expiresAtMs: number
  readonly gbaType: 'GBA_U' | 'GBA_ME'
}

/** A source that makes new EUKeys by bootstrapping. */
export interface GbaCredentials extends CredentialSource {
  /** Bootstraps now, whatever is there. @throws {AuthenticationFailed} Naming the check that failed. */
  bootstrap(): Promise<BootstrapSummary>
}

/** Bootstraps when there is no key or the server does not know it any more, and derives the EUKey. */
export function createGbaCredentials(
  options: GbaCredentialOptions,
  ports: GbaCredentialPorts,
): GbaCredentials {
  const bsfName = options.bsfName ?? ports.card.bsfName
  let keys: BootstrappedKeys | undefined
  let derived: Credentials | undefined

  const bootstrapNow = async (): Promise<BootstrappedKeys> => {
    keys = undefined
    derived = undefined
    const outcome = await bootstrap({ ...ports, bsfName, entityName: options.entityName })
    if (outcome.outcome !== 'success') throw new AuthenticationFailed(sentenceOf(outcome))
    keys = outcome
    return outcome
  }

  const derive = async (from: BootstrappedKeys): Promise<Credentials> => {
    const euKey = await from.deriveKsNaf(options.nafId)
    if (euKey === undefined) return await derive(await bootstrapNow())
    derived = {
      euKey,
      btid: from.btid,
      keyType: from.gbaType === 'GBA_U' ? 'ks-ext-naf' : 'ks-naf',
    }
    return derived
  }

  return {
    async bootstrap() {
      const { btid, expiresAtMs, gbaType } = await bootstrapNow()
      return { btid, expiresAtMs, gbaType }
    },
    async obtain(refused) {
      if (refused !== undefined) assertConfigured(refused, { nafId: options.nafId, bsfName })
      const isGood = keys !== undefined && keys.expiresAtMs > ports.clock.nowMs()
      if (isGood && refused === undefined && derived !== undefined) return derived
      const usable = isGood && refused === undefined ? keys : undefined
      return await derive(usable ?? (await bootstrapNow()))
    },
  }
}

/** The server's hints must equal what is configured, else nothing this PN GW has would be a proof. Design 4 */
function assertConfigured(
  hints: BootstrappingHints,
  configured: { readonly nafId: NafId; readonly bsfName: Fqdn },
): void {
  const pairs = [
    ['NAF', hints.naf, configured.nafId.nafFqdn],
    ['UaID', hints.uaId, configured.nafId.uaId],
    ['BSF', hints.bsf, configured.bsfName],
  ] as const
  for (const [name, said, wanted] of pairs) {
    if (said !== undefined && said !== wanted) {
      throw new ConfigurationInvalid(
        `the server names ${name} ${said}, but ${wanted} is configured here`,
      )
    }
  }
}

/** Which check failed, for the person in front of the PN GW. */
function sentenceOf(failure: BootstrapFailure): string {
  switch (failure.outcome) {
    case 'mac-failure':
      return 'the card refused the challenge: AUTN has a wrong MAC (98 62), so it is not from its home network'
    case 'sync-failure-repeated':
      return 'the card refused the sequence number twice: resynchronisation did not help'
    case 'refused':
      return `the BSF refused with status ${failure.status}`
    case 'server-not-authenticated':
      return 'the BSF did not prove that it knows XRES: rspauth is wrong or missing'
    case 'name-mismatch':
      return `the ${failure.field} of the BSF is not the one that belongs to its name`
    case 'protocol-error':
      return `the BSF sent no valid answer: ${failure.reason}`
  }
}
