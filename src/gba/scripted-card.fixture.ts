/** A card that answers as it is told, and remembers what it was asked. */
import type { Fqdn } from '../identity/fqdn.ts'
import { encodeNafId } from '../identity/naf-id.ts'
import { toHex } from '../octets/octets.ts'
import type { CardBootstrap, CardChallengeOutcome, CardUmtsOutcome, GbaCard } from './gba-card.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { deriveKsExtNaf, ksOf } from './ks-naf.ts'

/** What a scripted card shows of itself. */
export interface ScriptedCard extends GbaCard {
  /** AUTN of every challenge, hex. */
  readonly challenges: string[]
  /** What EF_GBABP holds. */
  held: CardBootstrap | undefined
}

type Outcome = CardChallengeOutcome | CardUmtsOutcome

/** Success of the worked example, as a GBA_U card gives it. */
export const CARD_SUCCESS = { outcome: 'success', res: WORKED.resGbaU } as const
/** Success of the worked example in 3G context. */
export const CARD_UMTS_SUCCESS = {
  outcome: 'success',
  res: WORKED.res,
  ck: WORKED.ck,
  ik: WORKED.ik,
} as const
/** The card's SQN is ahead. */
export const CARD_SYNC_FAILURE = { outcome: 'sync-failure', auts: WORKED.auts } as const

const refuse = (): never => {
  throw new Error('the wrong context of AUTHENTICATE was used')
}

/** A card of the worked example that gives `outcomes` one after the other. */
export function createScriptedCard(
  outcomes: readonly Outcome[],
  options: { readonly supportsGbaU?: boolean; readonly bsfName?: Fqdn } = {},
): ScriptedCard {
  const rest = [...outcomes]
  const { supportsGbaU = true, bsfName = WORKED.bsfName } = options
  let rand = new Uint8Array(0)
  const take = (challenge: { rand: Uint8Array; autn: Uint8Array }): Outcome => {
    card.challenges.push(toHex(challenge.autn))
    rand = new Uint8Array(challenge.rand)
    const outcome = rest.shift()
    if (outcome === undefined) throw new Error('the card was asked once too often')
    return outcome
  }
  const card: ScriptedCard = {
    application: 'USIM',
    impi: WORKED.impi,
    bsfName,
    supportsGbaU,
    challenges: [],
    held: undefined,
    bootstrap: async (challenge) => (supportsGbaU ? take(challenge) : refuse()),
    authenticateUmts: async (challenge) =>
      supportsGbaU ? refuse() : (take(challenge) as CardUmtsOutcome),
    async writeBootstrap(bootstrap) {
      card.held = { rand, ...bootstrap }
    },
    readBootstrap: async () => card.held,
    deriveKsExtNaf: async (nafId) =>
      deriveKsExtNaf(ksOf(WORKED), {
        rand: card.held?.rand ?? rand,
        impi: WORKED.impi,
        nafId: encodeNafId(nafId),
      }),
    close: async () => {},
  }
  return card
}
