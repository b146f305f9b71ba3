/** A GBA_U card without a UICC around it: the AKA functions, SQN and Ks of the worked subscriber. */
import { createMilenage } from '../aka/milenage.ts'
import { createSqnArray, DEFAULT_SQN_POLICY, type SqnArray } from '../aka/sqn.ts'
import { verifyChallenge } from '../aka/verify-challenge.ts'
import type { Secret } from '../crypto/secret.ts'
import { encodeNafId } from '../identity/naf-id.ts'
import { concatOctets } from '../octets/octets.ts'
import type { CardBootstrap, CardUmtsOutcome, GbaCard } from './gba-card.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { flipResLsb, recoverMac } from './gba-u.ts'
import { deriveKsExtNaf, ksOf } from './ks-naf.ts'

/** What tests may look into and move. */
export interface AkaCard extends GbaCard {
  sqnArray: SqnArray
  /** Makes every SEQ up to `seq` stale. */
  moveTo(seq: bigint): void
}

/** A fresh card. @param keys.k K, if it is not the subscriber's. */
export function createAkaCard(
  keys: { readonly k?: Secret; readonly supportsGbaU?: boolean } = {},
): AkaCard {
  const { k = WORKED.k, supportsGbaU = true } = keys
  const functions = createMilenage({ k, opc: WORKED.opc })
  let held: { rand: Uint8Array; ks: Secret } | undefined
  let bootstrap: CardBootstrap | undefined

  const challenge = async (rand: Uint8Array, autn: Uint8Array): Promise<CardUmtsOutcome> => {
    const state = { sqnArray: card.sqnArray, policy: DEFAULT_SQN_POLICY }
    const verdict = verifyChallenge(functions, state, { rand, autn })
    if (verdict.outcome === 'success') card.sqnArray = verdict.sqnArray
    return verdict
  }

  const card: AkaCard = {
    application: 'USIM',
    impi: WORKED.impi,
    bsfName: WORKED.bsfName,
    supportsGbaU,
    sqnArray: createSqnArray(),
    moveTo(seq) {
      card.sqnArray = card.sqnArray.map(() => seq)
    },
    async bootstrap({ rand, autn }) {
      const { ik } = functions.f2345(rand)
      const mac = recoverMac(autn.subarray(8), ik)
      const taken = await challenge(rand, concatOctets(autn.subarray(0, 8), mac))
      if (taken.outcome !== 'success') return taken
      held = { rand: new Uint8Array(rand), ks: ksOf(taken) }
      bootstrap = undefined
      return { outcome: 'success', res: flipResLsb(taken.res) }
    },
    authenticateUmts: ({ rand, autn }) => challenge(rand, autn),
    async writeBootstrap(written) {
      bootstrap = held && { rand: held.rand, ...written }
    },
    readBootstrap: async () => bootstrap,
    deriveKsExtNaf: async (nafId) =>
      held &&
      deriveKsExtNaf(held.ks, {
        rand: held.rand,
        impi: WORKED.impi,
        nafId: encodeNafId(nafId),
      }),
    close: async () => {},
  }
  return card
}
