/**
 * Pairings of PNEs that a user began at the PN GW. M-7
 *
 * Chosen where the design is silent: a pairing is open for ten minutes and for one try, which has to show
 * the code that the user was given; a wrong code ends it, so that none can be guessed.
 */
import type { Status } from '../cpns/status.ts'
import type { EntityId } from '../identity/entity-id.ts'
import type { UserId } from '../identity/user-id.ts'
import { equalOctets, utf8 } from '../octets/octets.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'

/** A PNE and the user that it is to belong to. */
export interface PairingWish {
  readonly pne: EntityId
  readonly userId: UserId
}

/** How a pairing or a trigger ended. */
export interface DeskOutcome {
  /**
   * 200: paired, or the server gave the EUKey. 202: the PNE was told and asks by another way. 408: no PNE
   * came. 401 and 409: the PNE refused the trigger. Others: the server refused.
   */
  readonly status: Status
  /** For people; holds no secret. */
  readonly detail: string
}

/** A pairing that is open. */
export interface OpenPairing {
  /** What the PNE has to show. */
  readonly code: string
  /** Resolves when it ends. Never rejects. */
  readonly done: Promise<DeskOutcome>
}

/** A pairing that a PNE claims. */
export interface ClaimedPairing {
  readonly userId: UserId
  /** Whether the PNE showed its code. */
  readonly isCodeRight: boolean
  readonly end: (outcome: DeskOutcome) => void
}

interface Pairing extends Omit<ClaimedPairing, 'isCodeRight'> {
  readonly code: string
}

const OPEN_MS = 600_000
const OPEN_LIMIT = 16
/** Without I, L, O and U, which are misread; 32 of them, so that an octet gives each alike. */
const CODE_LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 8

/** What is said when no PNE comes in time. */
export const NOBODY_CAME: DeskOutcome = { status: 408, detail: 'the PNE did not come' }
const GAVE_WAY: DeskOutcome = { status: 409, detail: 'another pairing took its place' }

/** The open pairings of one PN GW. */
export class PnePairings {
  readonly #ports: { readonly clock: Clock; readonly random: Random }
  readonly #open = new Map<EntityId, Pairing>()

  constructor(ports: { readonly clock: Clock; readonly random: Random }) {
    this.#ports = ports
  }

  /** In place of a former one of the same PNE; over 16 the oldest gives way. */
  open({ pne, userId }: PairingWish): OpenPairing {
    this.#open.get(pne)?.end(GAVE_WAY)
    const [oldest] = this.#open.values()
    if (this.#open.size >= OPEN_LIMIT) oldest?.end(GAVE_WAY)
    const code = this.#newCode()
    const done = new Promise<DeskOutcome>((resolve) => {
      const end = (outcome: DeskOutcome): void => {
        timer.cancel()
        if (this.#open.get(pne) === pairing) this.#open.delete(pne)
        resolve(outcome)
      }
      const pairing: Pairing = { userId, code, end }
      const timer = this.#ports.clock.setTimer(OPEN_MS, () => end(NOBODY_CAME))
      this.#open.set(pne, pairing)
    })
    return { code, done }
  }

  /** Takes the pairing of a PNE: it is not open any more, whatever code was shown. */
  claim(pne: EntityId, code: string): ClaimedPairing | undefined {
    const pairing = this.#open.get(pne)
    if (pairing === undefined) return undefined
    this.#open.delete(pne)
    const { userId, end } = pairing
    return { userId, end, isCodeRight: equalOctets(bare(code), bare(pairing.code)) }
  }

  /** Ends all. */
  endAll(outcome: DeskOutcome): void {
    for (const pairing of Array.from(this.#open.values())) pairing.end(outcome)
  }

  #newCode(): string {
    const letters = Array.from(
      this.#ports.random.octets(CODE_LENGTH),
      (octet) => CODE_LETTERS[octet % CODE_LETTERS.length],
    )
    return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
  }
}

/** The hyphen is there for the eye. */
function bare(code: string): Uint8Array {
  return utf8(code.replaceAll('-', ''))
}
