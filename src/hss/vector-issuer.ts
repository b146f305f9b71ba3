/**
 * Vectors of one subscriber, each with an SQN of its own. Every SEQ comes from a lease whose ceiling is
 * durable before a value below it is used, so none is issued twice, whatever crashes. Design 9, "SQN"
 *
 * The next lease is asked for when half of one is used, so that a vector seldom waits for the disk.
 *
 * Callers ask for one subscriber at a time.
 */
import type { AuthenticationVector } from '../aka/authentication-vector.ts'
import { generateVector } from '../aka/generate-vector.ts'
import {
  adoptLease,
  issueSqn,
  resynchronizeSqn,
  type SeqLease,
  type SqnGeneratorOptions,
  type SqnGeneratorState,
  type SqnIssue,
} from '../aka/sqn-generator.ts'
import { Unsupported } from '../errors/errors.ts'
import type { Impi } from '../identity/impi.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { HssStore, SqnLeaseRequest, Subscriber } from './hss-store.ts'
import type { RememberedSubscriber } from './subscriber-memory.ts'

/** How SQNs are leased and made. */
export interface VectorIssuerOptions {
  /** Owner of the leases. */
  readonly nodeName: string
  readonly sqn: SqnGeneratorOptions
  /** SEQ values of one lease. */
  readonly leaseSize: number
}

/** What an issuer is given. */
export interface VectorIssuerPorts {
  readonly store: Pick<HssStore, 'leaseSqn'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Makes vectors. */
export interface VectorIssuer {
  /**
   * A fresh vector for GBA.
   *
   * @returns `undefined` if the subscriber is gone from the store.
   * @throws {StoreFailed} If no SEQ could be leased.
   * @throws {Unsupported} If no SEQ is left, or the algorithm gives lengths that GBA cannot use.
   */
  issue(
    subscriber: Subscriber,
    remembered: RememberedSubscriber,
  ): Promise<AuthenticationVector | undefined>
  /** Moves the next SEQ to where the card is. @param sqnMs Of an AUTS that verified. @throws As `issue`. */
  resynchronize(impi: Impi, remembered: RememberedSubscriber, sqnMs: bigint): Promise<void>
}

/** SEQ values of a lease that is followed by one asked for ahead. */
const SHORTEST_AHEAD = 8
const RAND_LENGTH = 16
const AUTN_LENGTH = 16
/** With CK and IK of 128 bits each, Ks has 256. */
const CIPHER_KEY_LENGTH = 16
/** What SIP-Authorization and Nhss_gba carry; TUAK could make 32. TS 29.229 6.3.11 */
const MAX_XRES_LENGTH = 16
/** AMF bit 0 belongs to EPS and 5G: a GBA vector has it clear. From memory. TS 33.102 Annex H */
const AMF_SEPARATION_BIT = 0x80

/** The issuer of one node. */
export function createVectorIssuer(
  options: VectorIssuerOptions,
  ports: VectorIssuerPorts,
): VectorIssuer {
  const leases = createLeases(options, ports.store)

  const stateOf = async (
    impi: Impi,
    remembered: RememberedSubscriber,
  ): Promise<SqnGeneratorState | undefined> => {
    if (remembered.sqn !== undefined) return remembered.sqn
    const leased = await leases.lease({ impi })
    return leased && adoptLease(leased)
  }

  const nextSqn = async (
    impi: Impi,
    remembered: RememberedSubscriber,
  ): Promise<bigint | undefined> => {
    let state = await stateOf(impi, remembered)
    while (state !== undefined) {
      const issue = issueSqn(state, options.sqn, ports.clock.nowMs())
      if (issue.outcome === 'exhausted') throw new Unsupported('no SEQ is left; K must be replaced')
      if (issue.outcome === 'issued') {
        remembered.sqn = issue.state
        leases.ahead(impi, remembered, issue.state)
        return issue.sqn
      }
      const leased = await leases.next(impi, remembered, issue)
      state = leased && adoptLease(leased, state)
    }
    return undefined
  }

  return {
    async issue(subscriber, remembered) {
      const sqn = await nextSqn(subscriber.impi, remembered)
      if (sqn === undefined) return undefined
      const amf = gbaAmf(subscriber.amf)
      const rand = ports.random.octets(RAND_LENGTH)
      return usable(generateVector(remembered.functions, { rand, sqn, amf }).vector)
    },
    async resynchronize(impi, remembered, sqnMs) {
      const state = await stateOf(impi, remembered)
      if (state === undefined) return
      const resynchronized = resynchronizeSqn(state, options.sqn, sqnMs)
      remembered.sqn = resynchronized.state
      const fields = { impi, sqnMs: String(sqnMs) }
      if (resynchronized.lowered) ports.log.error('sqn-lowered', fields)
      else ports.log.info('sqn-resynchronized', fields)
    },
  }
}

/** The leases of one node. */
function createLeases(
  { nodeName, sqn, leaseSize }: VectorIssuerOptions,
  store: VectorIssuerPorts['store'],
) {
  const halfLease = BigInt(leaseSize >> 1)
  // Where the clock decides on SEQ, it also decides where the next lease has to begin.
  const leasesAhead = leaseSize >= SHORTEST_AHEAD && sqn.profile.kind === 'not-time-based'

  const lease = (request: Pick<SqnLeaseRequest, 'impi' | 'above' | 'lowerCeiling'>) =>
    store.leaseSqn({ ...request, owner: nodeName, size: leaseSize })

  return {
    lease,
    /** Asks for the next one, if half of this one is used. */
    ahead(
      impi: Impi,
      remembered: RememberedSubscriber,
      { lease: { lastSeq }, seqHe }: SqnGeneratorState,
    ): void {
      if (!leasesAhead || remembered.ahead !== undefined || lastSeq - seqHe > halfLease) return
      // Who needs it asks again, and is told then why there is none.
      remembered.ahead = lease({ impi }).catch(() => undefined)
    },
    /** One that was asked for ahead lies above all that was issued, but not below a lowered ceiling. */
    async next(
      impi: Impi,
      remembered: RememberedSubscriber,
      { above, lowerCeiling }: Extract<SqnIssue, { readonly outcome: 'lease-needed' }>,
    ): Promise<SeqLease | undefined> {
      const { ahead } = remembered
      remembered.ahead = undefined
      const leased = lowerCeiling ? undefined : await ahead
      if (leased !== undefined && leased.lastSeq > above) return leased
      return lease({ impi, above, lowerCeiling })
    },
  }
}

function gbaAmf(amf: Uint8Array): Uint8Array {
  const cleared = new Uint8Array(amf)
  cleared[0] = (cleared[0] ?? 0) & ~AMF_SEPARATION_BIT
  return cleared
}

function usable(vector: AuthenticationVector): AuthenticationVector {
  const { autn, xres, ck, ik } = vector
  if (
    autn.length !== AUTN_LENGTH ||
    xres.length > MAX_XRES_LENGTH ||
    ck.length !== CIPHER_KEY_LENGTH ||
    ik.length !== CIPHER_KEY_LENGTH
  ) {
    throw new Unsupported('GBA needs a MAC of 64 bits, CK and IK of 128, and RES of at most 128')
  }
  return vector
}
