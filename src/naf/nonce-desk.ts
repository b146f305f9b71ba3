/**
 * Nonces of a NAF: made and recognised without a memory, bounded in life; only the counts that were used
 * with a right digest are remembered. RFC 7616 3.3, 3.4.5 and 5.4
 *
 * A nonce is good at the node that made it alone, so a count cannot be used once at every node; another
 * node's nonce is as stale as an old one.
 */
import { hmacSha256 } from '../crypto/hash.ts'
import { Secret } from '../crypto/secret.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { OctetReader } from '../octets/octet-reader.ts'
import {
  concatOctets,
  equalOctets,
  fromBase64,
  toBase64,
  toHex,
  uint64,
  utf8,
} from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'

/** A nonce that may still be used. */
export interface LiveNonce {
  /** 16 hex digits. */
  readonly id: string
  /** Monotonic milliseconds. */
  readonly issuedAtMs: number
  /** Whether the client should go on with another one (`nextnonce`). */
  readonly isAging: boolean
}

/** Makes and recognises nonces. */
export interface NonceDesk {
  /** Base64 of 32 octets. */
  issue(): string
  /** `undefined` if the nonce was not made here, or is too old. */
  recognise(nonce: string): LiveNonce | undefined
  /**
   * Uses up one count; to be called only after the digest verified, so that strangers fill no memory.
   *
   * @param nc 1 to 2^32 - 1.
   * @returns False if it was used before, is far behind the highest one, or the nonce is forgotten.
   */
  spend(nonce: LiveNonce, nc: number): boolean
}

/** How long, and how many. */
export interface NonceLimits {
  readonly lifetimeMs: number
  /** Nonces whose counts are remembered. */
  readonly remembered: number
}

/** What a desk needs. */
export interface NoncePorts {
  readonly clock: Clock
  readonly random: Random
}

interface Counts {
  readonly issuedAtMs: number
  highest: number
  /** Bit n: count `highest` - n was used. */
  used: bigint
}

const ID_LENGTH = 8
const MAC_LENGTH = 16
const KEY_LENGTH = 32
const LABEL = utf8('Ua nonce')
/** Requests of one client may overtake each other by so many. */
const WINDOW = 64

/** A desk with a key of its own, which nobody else has and which is never stored. */
export function createNonceDesk(limits: NonceLimits, { clock, random }: NoncePorts): NonceDesk {
  const key = Secret.of(random.octets(KEY_LENGTH))
  const counts = new Map<string, Counts>()
  /** Nonces of this time and before may be forgotten ones. */
  let forgottenUntilMs = -1

  const macOf = (content: Uint8Array): Uint8Array =>
    hmacSha256(key.reveal(), LABEL, content).subarray(0, MAC_LENGTH)

  const isLive = (issuedAtMs: number): boolean =>
    issuedAtMs > forgottenUntilMs && clock.monotonicMs() - issuedAtMs < limits.lifetimeMs

  /** The oldest go first: those that are over anyway, and one more if there are too many. */
  const makeRoom = (): void => {
    for (const [id, { issuedAtMs }] of counts) {
      if (isLive(issuedAtMs) && counts.size < limits.remembered) return
      forgottenUntilMs = Math.max(forgottenUntilMs, issuedAtMs)
      counts.delete(id)
    }
  }

  return {
    issue() {
      const issuedAtMs = BigInt(Math.floor(clock.monotonicMs()))
      const content = concatOctets(random.octets(ID_LENGTH), uint64(issuedAtMs))
      return toBase64(concatOctets(content, macOf(content)))
    },
    recognise(nonce) {
      const parts = takeApart(nonce)
      if (parts === undefined || !equalOctets(parts.mac, macOf(parts.content))) return undefined
      const { id, issuedAtMs } = parts
      if (!isLive(issuedAtMs)) return undefined
      const isAging = clock.monotonicMs() - issuedAtMs >= limits.lifetimeMs / 2
      return { id, issuedAtMs, isAging }
    },
    spend({ id, issuedAtMs }, nc) {
      const known = counts.get(id)
      if (known !== undefined) return isLive(issuedAtMs) && useCount(known, nc)
      makeRoom()
      if (!isLive(issuedAtMs)) return false
      counts.set(id, { issuedAtMs, highest: nc, used: 1n })
      return nc > 0
    },
  }
}

/** A sliding window: the highest count and which of those just below it were used. */
function useCount(counts: Counts, nc: number): boolean {
  const behind = counts.highest - nc
  if (behind >= WINDOW || nc <= 0) return false
  if (behind < 0) {
    const shift = BigInt(Math.min(-behind, WINDOW))
    counts.used = BigInt.asUintN(WINDOW, (counts.used << shift) | 1n)
    counts.highest = nc
    return true
  }
  const bit = 1n << BigInt(behind)
  if ((counts.used & bit) !== 0n) return false
  counts.used |= bit
  return true
}

function takeApart(nonce: string) {
  try {
    const octets = fromBase64(nonce, 'nonce')
    const reader = new OctetReader(octets)
    const id = toHex(reader.take(ID_LENGTH, 'nonce'))
    const issuedAtMs = Number(reader.uint64('nonce'))
    const content = octets.subarray(0, octets.length - reader.remaining)
    const mac = reader.take(MAC_LENGTH, 'nonce')
    reader.end('nonce')
    return { id, issuedAtMs, content, mac }
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
