/**
 * Zn at the BSF: from a B-TID to the keys of one NAF. TS 33.220 4.5.3 and 5.3.3, TS 29.109 5.2
 */
import { StoreFailed } from '../errors/errors.ts'
import { selectUss } from '../gba/guss.ts'
import { deriveKsExtNaf, deriveKsIntNaf, deriveKsNaf } from '../gba/ks-naf.ts'
import type { ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { encodeNafId } from '../identity/naf-id.ts'
import type { Log } from '../ports/log.ts'
import type { SteadyClock } from '../ports/steady-clock.ts'
import type { BootstrappingSession, BsfStore } from './bsf-store.ts'
import type { NafRule } from './options.ts'

/** What the service is given. */
export interface ZnServicePorts {
  readonly store: Pick<BsfStore, 'findBootstrappingSession'>
  readonly clock: SteadyClock
  readonly log: Log
}

/** A NAF as its connection identifies it. */
export interface ZnPeer {
  /** Compared without case. */
  readonly originHost: string
  /** What it has proven to be besides, in its order: a certificate may have several names. */
  readonly otherNames?: readonly string[]
}

/** Answers one NAF; never rejects. @see TS 29.109 5.2 */
export type ZnService = (naf: ZnPeer, request: ZnRequest) => Promise<ZnAnswer>

type KeyMaterial = Pick<
  Extract<ZnAnswer, { readonly outcome: 'success' }>,
  'meKeyMaterial' | 'uiccKeyMaterial'
>

/**
 * The Zn service of one BSF node.
 *
 * @param nafs The NAFs that may ask.
 * @throws {RangeError} If one of them stands there twice.
 */
export function createZnService(nafs: readonly NafRule[], ports: ZnServicePorts): ZnService {
  const { store, clock, log } = ports
  const rules = new Map(nafs.map((rule) => [rule.originHost.toLowerCase(), rule]))
  if (rules.size !== nafs.length) throw new RangeError('a NAF is listed twice')

  const answer = async (naf: ZnPeer, request: ZnRequest): Promise<ZnAnswer> => {
    const allowing = namesOf(naf)
      .map((name) => rules.get(name.toLowerCase()))
      .filter((rule) => rule !== undefined)
      .filter(({ fqdns }) => fqdns.includes(request.nafId.nafFqdn))
    if (allowing.length === 0) return { outcome: 'not-authorized' }
    const session = await store.findBootstrappingSession(request.btid, clock.nowMs())
    if (session === undefined) return { outcome: 'transaction-identifier-invalid' }
    const granted = grantedBy(allowing, session, request.gsids)
    if (granted === undefined) return { outcome: 'not-authorized' }
    const { ussList } = granted
    // A NAF has a clock of its own: it is told times as the wall clock has them.
    const { aheadMs } = clock
    return {
      outcome: 'success',
      impi: session.impi,
      ...keysFor(session, request),
      keyExpiresAtMs: session.expiresAtMs - aheadMs,
      bootstrappedAtMs: session.createdAtMs - aheadMs,
      ...(ussList === undefined ? {} : { ussList }),
    }
  }

  return async (naf, request) => {
    try {
      const answered = await answer(naf, request)
      if (answered.outcome === 'not-authorized') {
        log.warn('naf-refused', { naf: namesOf(naf).join(' '), nafFqdn: request.nafId.nafFqdn })
      }
      return answered
    } catch (error) {
      const code = error instanceof StoreFailed ? error.code : 'internal'
      log.error('zn-request-failed', { naf: naf.originHost, code })
      return { outcome: 'unavailable' }
    }
  }
}

function namesOf({ originHost, otherNames = [] }: ZnPeer): readonly string[] {
  return [originHost, ...otherNames]
}

/**
 * What the first name that may have the keys gets with them. A rule counts as a whole: a name brings no settings of
 * another name's group, and none to a name that needs some.
 */
function grantedBy(
  allowing: readonly NafRule[],
  session: BootstrappingSession,
  gsids: readonly number[],
): { readonly ussList?: string | undefined } | undefined {
  return allowing
    .map((rule) => ({ rule, ussList: ussFor(session, rule, gsids) }))
    .find(({ rule, ussList }) => rule.ussRequired !== true || ussList !== undefined)
}

/** Only settings of the services asked for, and of no other group of NAFs. TS 29.109 5.2 */
function ussFor(
  { guss }: BootstrappingSession,
  { nafGroup }: NafRule,
  gsids: readonly number[],
): string | undefined {
  if (guss === undefined || gsids.length === 0) return undefined
  return selectUss(
    guss,
    (uss) => gsids.includes(uss.gsid) && (uss.nafGroup === undefined || uss.nafGroup === nafGroup),
  )
}

/** UICC key material only if Ks is in a card, and the NAF knows what that is. TS 33.220 5.3.3 */
function keysFor(session: BootstrappingSession, { nafId, gbaUAware }: ZnRequest): KeyMaterial {
  const { rand, impi, ks, gbaType } = session
  const input = { rand, impi, nafId: encodeNafId(nafId) }
  if (gbaType === 'GBA_ME') return { meKeyMaterial: deriveKsNaf(ks, input) }
  const meKeyMaterial = deriveKsExtNaf(ks, input)
  if (!gbaUAware) return { meKeyMaterial }
  return { meKeyMaterial, uiccKeyMaterial: deriveKsIntNaf(ks, input) }
}
