/**
 * Which EUKey a handshake is about. K-1, K-2 and K-4: what Zn gives is a candidate and lives in memory only,
 * until a HASH made with it verifies; one answer (402) for all that cannot be served.
 */

import type { ExchangeState } from '../cpns/exchange-state.ts'
import type { KeyType } from '../cpns/key-type.ts'
import type { ConnectRequest } from '../cpns/messages.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { parseUssList } from '../gba/guss.ts'
import type { ZnAnswer } from '../gba/zn.ts'
import type { Btid } from '../identity/btid.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { Impi } from '../identity/impi.ts'
import { parseUserId, type UserId } from '../identity/user-id.ts'
import { createZnLookup } from '../naf/zn-lookup.ts'
import type { CpnsServerOptions, GbaKeyType, ServerContext } from './options.ts'
import type { EuKey } from './server-store.ts'

/** What was found for a ConnectRequest. */
export type EuKeyFinding =
  | {
      readonly outcome: 'found'
      readonly euKey: EuKey
      /** When the first of the keys ends that the HASH may be made with. UTC milliseconds. */
      readonly usableUntilMs: number
    }
  /** 402, whatever the reason. */
  | { readonly outcome: 'none' }
  /** 421: another kind of key is demanded. */
  | { readonly outcome: 'type-refused'; readonly keyType: KeyType }
  /** 429 */
  | { readonly outcome: 'limited'; readonly retryAfterSeconds: number }
  /** 503 */
  | { readonly outcome: 'unavailable' }

/** What was found for the end of an exchange. */
export type EuKeysOfState =
  /** Those that the HASH may be made with; none if the one that State names is gone. */
  | { readonly outcome: 'found'; readonly euKeys: readonly EuKey[] }
  | Extract<EuKeyFinding, { readonly outcome: 'limited' | 'unavailable' }>

/** Finds EUKeys. */
export interface EuKeyFinder {
  /** For a new exchange. */
  forConnect(request: ConnectRequest, address: string): Promise<EuKeyFinding>
  /**
   * For the end of an exchange: the key that its State names, if it is still good, else none. M-4. A node
   * that did not begin the exchange may have to ask the BSF, which may not answer.
   *
   * An assigned key has no name in a ConnectRequest, so beside a candidate the key in use may be the one
   * that the device has. See docs/explanation/decisions/0035-a-candidate-beside-the-key-in-use.md.
   */
  forState(state: ExchangeState, address: string): Promise<EuKeysOfState>
}

type ZnSuccess = Extract<ZnAnswer, { outcome: 'success' }>

/** Made once a server; holds the memory of recent look-ups. */
export function createEuKeyFinder({ options, ports }: ServerContext): EuKeyFinder {
  const lookup = createZnLookup(options.znLimits ?? {}, ports)
  const request = {
    nafId: { nafFqdn: options.nafFqdn, uaId: options.uaId },
    gsids: options.gsid === undefined ? [] : [options.gsid],
    gbaUAware: true,
  }

  const bootstrapped = async (
    entityId: EntityId,
    btid: Btid,
    address: string,
  ): Promise<EuKeyFinding> => {
    const stored = await ports.store.findEuKey(entityId, btid)
    if (stored?.state === 'replaced') return { outcome: 'none' }
    if (stored !== undefined && isAccepted(stored.euKey, options)) {
      return usable(stored.euKey, ports.clock.nowMs())
    }
    const answer = await lookup.lookUp({ ...request, btid }, address)
    // Only now: a BSF may take seconds to answer.
    const nowMs = ports.clock.nowMs()
    if (answer.outcome === 'limited' || answer.outcome === 'unavailable') return answer
    if (answer.outcome !== 'success') return { outcome: 'none' }
    const demanded = demandOf(answer, options)
    if (demanded === undefined) {
      ports.log.error('key-choice-not-readable', { point: 'Zn', btid })
      return { outcome: 'unavailable' }
    }
    const { impi } = answer
    if (impi === undefined) {
      // K-4: an EUKey has an owner.
      ports.log.error('bsf-names-nobody', { point: 'Zn', btid })
      return { outcome: 'unavailable' }
    }
    const candidate = candidateOf(answer, { entityId, btid, impi, nowMs }, demanded)
    if (candidate === undefined) return { outcome: 'type-refused', keyType: demanded.keyType }
    const { userIds } = demanded
    return usable({ ...candidate, ...(userIds.length > 0 && { userIds }) }, nowMs)
  }

  const find = async (
    wanted: { entityId: EntityId; btid: Btid | undefined; keyType: KeyType },
    address: string,
  ): Promise<EuKeyFinding> => {
    if (wanted.keyType === 'assigned') {
      const keys = await assignedKeys(wanted.entityId, ports)
      const [euKey] = keys
      if (euKey === undefined) return { outcome: 'none' }
      const usableUntilMs = Math.min(...keys.map(({ expiresAtMs }) => expiresAtMs))
      return { outcome: 'found', euKey, usableUntilMs }
    }
    if (wanted.btid === undefined) return { outcome: 'none' }
    const finding = await bootstrapped(wanted.entityId, wanted.btid, address)
    if (finding.outcome !== 'found' || finding.euKey.keyType === wanted.keyType) return finding
    return { outcome: 'type-refused', keyType: finding.euKey.keyType }
  }

  return {
    forConnect: ({ entityId, btid, keyType }, address) =>
      find({ entityId, btid, keyType: keyType ?? defaultKeyType(btid) }, address),
    async forState({ entityId, keyType, euKeyId }, address) {
      if (keyType === 'assigned') {
        const keys = await assignedKeys(entityId, ports)
        return { outcome: 'found', euKeys: keys.some(({ id }) => id === euKeyId) ? keys : [] }
      }
      return ofState(await find({ entityId, btid: euKeyId as Btid, keyType }, address))
    },
  }
}

function ofState(finding: EuKeyFinding): EuKeysOfState {
  if (finding.outcome === 'limited' || finding.outcome === 'unavailable') return finding
  return { outcome: 'found', euKeys: finding.outcome === 'found' ? [finding.euKey] : [] }
}

/** Candidates first, the newest first; then the key in use. K-4 */
async function assignedKeys(
  entityId: EntityId,
  { store, clock }: ServerContext['ports'],
): Promise<readonly EuKey[]> {
  const nowMs = clock.nowMs()
  const [candidates, current] = await Promise.all([
    store.findCandidateEuKeys(entityId, nowMs),
    store.findCurrentEuKey(entityId, nowMs),
  ])
  const inUse = current?.source === 'assigned' ? [current] : []
  return [...candidates, ...inUse].filter((euKey) => isUsable(euKey, nowMs))
}

/** `KeyType` is optional: with a B-TID the key is Ks_ext_NAF (K-1), without one it was assigned. */
function defaultKeyType(btid: Btid | undefined): KeyType {
  return btid === undefined ? 'assigned' : 'ks-ext-naf'
}

/**
 * Policy may have changed since the key was stored. What a key choice says now would cost a look-up, so
 * the one that a key was stored under counts for as long as the key does. K-1, K-2
 */
function isAccepted({ source, keyType }: EuKey, options: CpnsServerOptions): boolean {
  if (source === 'gba-me') return options.allowGbaMe
  const isByKeyChoice = keyType === 'ks-int-naf' && options.gsid !== undefined
  return isByKeyChoice || keyType === options.gbaKeyType
}

function usable(euKey: EuKey, nowMs: number): EuKeyFinding {
  if (!isUsable(euKey, nowMs)) return { outcome: 'none' }
  return { outcome: 'found', euKey, usableUntilMs: euKey.expiresAtMs }
}

/** A session lasts a second at least. */
function isUsable(euKey: EuKey, nowMs: number): boolean {
  return euKey.expiresAtMs - nowMs >= 1000
}

/** What is asked of a subscriber's EUKey. */
interface Demand {
  readonly keyType: GbaKeyType
  readonly allowGbaMe: boolean
  /** Users that its settings name. K-4 */
  readonly userIds: readonly UserId[]
}

/**
 * Policy, raised by the key choice of the subscriber's user security settings, which lowers nothing:
 * `UICC_BASED_KEY` demands Ks_int_NAF and so a card with GBA_U. See
 * docs/explanation/decisions/0025-the-key-choice-only-raises.md.
 *
 * @returns `undefined` if the settings cannot be read, so that nobody knows what they demand.
 * @see K-1
 */
function demandOf({ ussList }: ZnSuccess, options: CpnsServerOptions): Demand | undefined {
  const { gsid, gbaKeyType: keyType, allowGbaMe } = options
  if (gsid === undefined || ussList === undefined) return { keyType, allowGbaMe, userIds: [] }
  try {
    const settings = parseUssList(ussList).filter((uss) => uss.gsid === gsid)
    const userIds = settings.flatMap(({ uids }) => uids).flatMap(userIdsIn)
    const isUiccBased = settings.some(({ keyChoice }) => keyChoice === 'UICC_BASED_KEY')
    return isUiccBased
      ? { keyType: 'ks-int-naf', allowGbaMe: false, userIds }
      : { keyType, allowGbaMe, userIds }
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}

/** An uid may be any identity of the subscriber; here those count that can be UserIDs. TS 29.109 Annex A */
function userIdsIn(uid: string): UserId[] {
  try {
    return [parseUserId(uid)]
  } catch (error) {
    if (error instanceof InvalidMessage) return []
    throw error
  }
}

/** K-2: GBA_U is what the answer shows (UICC key material), not what the client says. */
function candidateOf(
  answer: ZnSuccess,
  of: { entityId: EntityId; btid: Btid; impi: Impi; nowMs: number },
  demanded: Demand,
): EuKey | undefined {
  const isGbaU = answer.uiccKeyMaterial !== undefined
  if (!isGbaU && !demanded.allowGbaMe) return undefined
  const keyType = isGbaU ? demanded.keyType : 'ks-naf'
  const key = keyType === 'ks-int-naf' ? answer.uiccKeyMaterial : answer.meKeyMaterial
  if (key === undefined) return undefined
  return {
    id: of.btid,
    entityId: of.entityId,
    owner: { kind: 'impi', id: of.impi },
    source: isGbaU ? 'gba-u' : 'gba-me',
    keyType,
    key,
    createdAtMs: of.nowMs,
    expiresAtMs: answer.keyExpiresAtMs,
  }
}
