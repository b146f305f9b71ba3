/**
 * The EUKey of a PN GW with a card: Ks_ext_NAF of a GBA_U run, or Ks_int_NAF in the card if the server
 * demands it. CR 7.4.3, K-1 to K-3, M-8
 *
 * A card in use never falls back silently; what goes wrong is reported with the check that failed.
 */
import {
  type BootstrappingHints,
  ConnectRefused,
  type CredentialSource,
  type Credentials,
} from '../cpns/credentials.ts'
import type { KeyType } from '../cpns/key-type.ts'
import {
  AuthenticationFailed,
  ConfigurationInvalid,
  TransportFailed,
  Unsupported,
} from '../errors/errors.ts'
import { bootstrapError } from '../gba/bootstrap-failure.ts'
import type { BootstrappedKeys } from '../gba/bootstrapped-keys.ts'
import { createCardTurns } from '../gba/card-turns.ts'
import type { GbaCard } from '../gba/gba-card.ts'
import { createTmpiMemory } from '../gba/tmpi-memory.ts'
import { bootstrap } from '../gba/ub-client.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import type { Btid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import type { NafId } from '../identity/naf-id.ts'
import type { UaKey, UaKeySource, UaKeyWanted } from '../naf/card-key-source.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../trace/trace.ts'
import { createCardProver, NO_OPERATIONS } from './card-eukey-prover.ts'

/** Names never come from the peer. Design 4 */
export interface GbaCredentialOptions {
  /** NAF_Id of the EUKey: configured FQDN of the server and the Ua id of CPNS. */
  readonly nafId: NafId
  /** BSF name; default what the card says. */
  readonly bsfName?: Fqdn
  /** Name of the PN GW in the trace. */
  readonly entityName: string
  /**
   * How long before its end an EUKey is made anew instead of used again, but never in the first half of
   * its life; default 0. Longer than sessions are renewed ahead, so that none has to end with its EUKey.
   */
  readonly aheadMs?: number
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
  /** Only ever to `ks-int-naf`, and only with a card that does the EUKey operations. K-1, M-8 */
  raiseDemand(keyType: KeyType): Promise<Credentials>
  /**
   * Bootstraps now, whatever is there.
   *
   * @throws {AuthenticationFailed} Naming the check that failed.
   * @throws {TransportFailed} If card or BSF cannot be reached, or the BSF is in trouble (5xx, 408, 429).
   */
  bootstrap(): Promise<BootstrapSummary>
  /** Keys of the same runs for other NAF_Ids, as PSK-TLS under the EUKey's B-TID needs. Design 4, 7 */
  readonly uaKeys: UaKeySource
}

/** Bootstraps when there is no key or the server does not know it any more, and derives the EUKey. */
export function createGbaCredentials(
  options: GbaCredentialOptions,
  ports: GbaCredentialPorts,
): GbaCredentials {
  const bsfName = options.bsfName ?? ports.card.bsfName
  const inTurn = createCardTurns()
  const runs = createRuns({ ...options, bsfName }, ports)
  let derived: Credentials | undefined
  let isInternalDemanded = false

  const bootstrapNow = (): Promise<BootstrappedKeys> => {
    derived = undefined
    return runs.bootstrap()
  }

  const derive = async (from: BootstrappedKeys): Promise<Credentials | undefined> => {
    const made = await derivedFrom(from, { ...ports, ...options, inTurn, isInternalDemanded })
    if (!isInternalDemanded) derived = made
    return made
  }

  const make = async (): Promise<Credentials> => {
    const made = await derive(await bootstrapNow())
    if (made === undefined) throw new AuthenticationFailed('the card lost its bootstrapping key')
    return made
  }

  /** Ahead of its end an EUKey is still good: a BSF that cannot be reached then stops nobody. */
  const makeAhead = async (former: Credentials): Promise<Credentials> => {
    const formerKeys = runs.keys
    try {
      return await make()
    } catch (error) {
      if (!(error instanceof TransportFailed) || former.euKey === undefined) throw error
      runs.restore(formerKeys)
      if (!runs.isGood()) throw error
      derived = former
      return former
    }
  }

  const obtain = async (refused?: BootstrappingHints): Promise<Credentials> => {
    if (refused !== undefined) assertConfigured(refused, { nafId: options.nafId, bsfName })
    if (refused === undefined && runs.isGood()) {
      const known = derived ?? (runs.keys && (await derive(runs.keys)))
      if (known !== undefined) return runs.isFresh() ? known : makeAhead(known)
    }
    return make()
  }

  const goodKeys = () => (runs.isFresh() ? runs.keys : undefined)
  return {
    uaKeys: createUaKeys({ inTurn, bootstrapNow, goodKeys }),
    bootstrap: () =>
      inTurn(async () => {
        const { btid, expiresAtMs, gbaType } = await bootstrapNow()
        return { btid, expiresAtMs, gbaType }
      }),
    obtain: (refused) => inTurn(() => obtain(refused)),
    raiseDemand: (keyType) =>
      inTurn(async () => {
        assertRaises(keyType, ports.card)
        isInternalDemanded = true
        derived = undefined
        return obtain()
      }),
  }
}

/** Bootstrapping runs, and the keys of the last one. */
function createRuns(
  { entityName, bsfName, aheadMs = 0 }: GbaCredentialOptions & { readonly bsfName: Fqdn },
  ports: GbaCredentialPorts,
) {
  const tmpiMemory = createTmpiMemory()
  let keys: BootstrappedKeys | undefined
  let bootstrappedAtMs = 0
  const isGood = (forMs = 0): boolean =>
    keys !== undefined && keys.expiresAtMs - forMs > ports.clock.nowMs()
  return {
    get keys() {
      return keys
    },
    restore(former: BootstrappedKeys | undefined): void {
      keys = former
    },
    async bootstrap(): Promise<BootstrappedKeys> {
      keys = undefined
      const outcome = await bootstrap({ ...ports, bsfName, entityName, tmpiMemory })
      if (outcome.outcome !== 'success') throw bootstrapError(outcome)
      keys = outcome
      bootstrappedAtMs = ports.clock.nowMs()
      return outcome
    },
    isGood: () => isGood(),
    /** Good for another session, rather than only to its end. */
    isFresh(): boolean {
      const lifeMs = (keys?.expiresAtMs ?? 0) - bootstrappedAtMs
      return isGood(Math.min(aheadMs, lifeMs / 2))
    },
  }
}

/** `undefined` if somebody else has bootstrapped with the card since. */
async function derivedFrom(
  from: BootstrappedKeys,
  how: Pick<GbaCredentialPorts, 'card'> &
    Pick<GbaCredentialOptions, 'nafId'> & {
      readonly inTurn: ReturnType<typeof createCardTurns>
      readonly isInternalDemanded: boolean
    },
): Promise<Credentials | undefined> {
  const { card, nafId, inTurn, isInternalDemanded } = how
  const euKey = await from.deriveKsNaf(nafId)
  if (euKey === undefined) return undefined
  const { btid, gbaType } = from
  if (!isInternalDemanded) {
    return { euKey, btid, keyType: gbaType === 'GBA_U' ? 'ks-ext-naf' : 'ks-naf' }
  }
  euKey.wipe()
  const operations = card.euKeyOperations?.(nafId)
  if (operations === undefined) throw new AuthenticationFailed(NO_OPERATIONS)
  return { prover: createCardProver(operations, inTurn), keyType: 'ks-int-naf', btid }
}

/** @param runs.goodKeys Of the last run, while they are good. */
function createUaKeys(runs: {
  readonly inTurn: ReturnType<typeof createCardTurns>
  readonly goodKeys: () => BootstrappedKeys | undefined
  readonly bootstrapNow: () => Promise<BootstrappedKeys>
}): UaKeySource {
  const obtain = async ({ nafId, refused }: UaKeyWanted): Promise<UaKey> => {
    const keys = runs.goodKeys()
    const known = keys?.btid === refused ? undefined : await uaKeyOf(keys, nafId)
    const key = known ?? (await uaKeyOf(await runs.bootstrapNow(), nafId))
    if (key === undefined) throw new AuthenticationFailed('the card lost its bootstrapping key')
    return key
  }
  return {
    async obtain(wanted) {
      if (wanted.keyUse === 'UICC') throw new Unsupported('the card keeps Ks_int_NAF to itself')
      return runs.inTurn(() => obtain(wanted))
    },
  }
}

async function uaKeyOf(keys: BootstrappedKeys | undefined, nafId: NafId) {
  const key = await keys?.deriveKsNaf(nafId)
  if (keys === undefined || key === undefined) return undefined
  return { btid: keys.btid, key, expiresAtMs: keys.expiresAtMs }
}

/** A 421 is not authenticated: it may make the PN GW ask more of its card, never less. M-8 */
function assertRaises(keyType: KeyType, card: GbaCard): void {
  const refuse = (sentence: string): never => {
    throw new ConnectRefused(`${sentence} (status 421, KeyType ${keyType})`, 421)
  }
  if (!card.supportsGbaU) refuse('the server does not accept the key of a card without GBA_U')
  if (keyType !== 'ks-int-naf')
    refuse('the server asks for another key than the PN GW goes down to')
  if (card.euKeyOperations === undefined) refuse(NO_OPERATIONS)
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
