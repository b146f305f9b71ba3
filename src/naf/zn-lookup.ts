/**
 * Zn look-ups of a NAF behind requests of strangers. M-6: coalesced per B-TID, negative answers cached
 * for 30 s, at most 64 outstanding and 10 a minute per address; a B-TID of a foreign domain costs no
 * network traffic (design 4).
 */
import type { Zn, ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { addressGroup } from '../identity/address-group.ts'
import { splitBtid } from '../identity/btid.ts'
import type { Clock } from '../ports/clock.ts'

/** An answer of a BSF, or why none was asked. */
export type ZnLookupAnswer =
  | ZnAnswer
  /** Too many look-ups for this address; try again after so many seconds. */
  | { readonly outcome: 'limited'; readonly retryAfterSeconds: number }

/** Limits of the look-ups; all have defaults. */
export interface ZnLookupLimits {
  /** Look-ups under way at once. Default 64. */
  readonly outstanding: number
  /** Look-ups that one address may cause in a minute. Default 10. */
  readonly perAddressAMinute: number
  /** How long a failure is remembered. Default 30,000 ms. */
  readonly negativeMs: number
  /** How long a key is remembered, so that the exchange can end without a second look-up. Default 60,000 ms. */
  readonly positiveMs: number
  /** Answers and addresses remembered at most. Default 10,000. */
  readonly remembered: number
}

/** Looks up what a B-TID stands for. */
export interface ZnLookup {
  /**
   * Requests of one look-up differ in B-TID and NAF_Id only.
   *
   * @param address Of whoever caused the look-up. Cached answers count against nobody.
   */
  lookUp(request: ZnRequest, address: string): Promise<ZnLookupAnswer>
}

/** What a look-up needs. */
export interface ZnLookupPorts {
  /** The `bsfs` table: Zn peers by BSF name. */
  readonly zn: ReadonlyMap<string, Zn>
  readonly clock: Clock
}

const DEFAULT_LIMITS: ZnLookupLimits = {
  outstanding: 64,
  perAddressAMinute: 10,
  negativeMs: 30_000,
  positiveMs: 60_000,
  remembered: 10_000,
}
const MINUTE_MS = 60_000

interface Remembered {
  readonly answer: ZnAnswer
  readonly untilMs: number
}

/** Made once a NAF; its memory holds answers by B-TID and NAF_Id. */
export function createZnLookup(
  changedLimits: Partial<ZnLookupLimits>,
  ports: ZnLookupPorts,
): ZnLookup {
  const limits = { ...DEFAULT_LIMITS, ...changedLimits }
  const underWay = new Map<string, Promise<ZnAnswer>>()
  const remembered = new Map<string, Remembered>()
  const budget = createMinuteBudget(limits, ports.clock)

  const recall = (key: string): ZnAnswer | undefined => {
    const found = remembered.get(key)
    if (found === undefined) return undefined
    if (ports.clock.monotonicMs() < found.untilMs) return found.answer
    remembered.delete(key)
    return undefined
  }

  const remember = (key: string, answer: ZnAnswer): void => {
    if (answer.outcome === 'unavailable') return
    const nowMs = ports.clock.monotonicMs()
    // No key stays in memory for longer than it is needed.
    for (const [known, { untilMs }] of remembered) if (untilMs <= nowMs) remembered.delete(known)
    forgetOldest(remembered, limits.remembered)
    const lifeMs = answer.outcome === 'success' ? limits.positiveMs : limits.negativeMs
    remembered.set(key, { answer, untilMs: nowMs + lifeMs })
  }

  const ask = async (zn: Zn, request: ZnRequest): Promise<ZnAnswer> => {
    const answer = await zn.requestBootstrappingInfo(request)
    remember(keyOf(request), answer)
    return answer
  }

  return {
    async lookUp(request, address) {
      const zn = ports.zn.get(splitBtid(request.btid).bsfName)
      if (zn === undefined) return { outcome: 'transaction-identifier-invalid' }
      const key = keyOf(request)
      const known = recall(key) ?? underWay.get(key)
      if (known !== undefined) return await known
      if (underWay.size >= limits.outstanding) return { outcome: 'unavailable' }
      const waitSeconds = budget.take(addressGroup(address))
      if (waitSeconds > 0) return { outcome: 'limited', retryAfterSeconds: waitSeconds }
      const asked = ask(zn, request).finally(() => underWay.delete(key))
      underWay.set(key, asked)
      return await asked
    },
  }
}

function keyOf({ btid, nafId }: ZnRequest): string {
  return `${btid} ${nafId.nafFqdn} ${nafId.uaId}`
}

/** Counts look-ups an address and minute; the window starts with the first one. */
function createMinuteBudget(
  limits: ZnLookupLimits,
  clock: Clock,
): { take(address: string): number } {
  const windows = new Map<string, { readonly sinceMs: number; used: number }>()
  return {
    take(address) {
      const nowMs = clock.monotonicMs()
      const window = windows.get(address)
      if (window === undefined || nowMs - window.sinceMs >= MINUTE_MS) {
        windows.delete(address)
        forgetOldest(windows, limits.remembered)
        windows.set(address, { sinceMs: nowMs, used: 1 })
        return 0
      }
      if (window.used < limits.perAddressAMinute) {
        window.used += 1
        return 0
      }
      return Math.ceil((window.sinceMs + MINUTE_MS - nowMs) / 1000)
    },
  }
}

/** Maps keep the order of insertion, so the first key is the oldest. */
function forgetOldest<K>(map: Map<K, unknown>, limit: number): void {
  if (map.size < limit) return
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}
