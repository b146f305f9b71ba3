/** An EUKey that stays in the card: the card does what the handshake needs of it. K-1 */
import { EUKEY_DIGEST_LENGTH } from '../apdu/eukey-command.ts'
import type { ConnectConfirmation, ConnectProof, EuKeyProver } from '../cpns/eukey-prover.ts'
import type { Secret } from '../crypto/secret.ts'
import { AuthenticationFailed, TransportFailed } from '../errors/errors.ts'
import type { CardTurns } from '../gba/card-turns.ts'
import type { EuKeyOperations } from '../gba/gba-card.ts'

/**
 * Proves with the Ks_int_NAF that the card keeps. It keeps one exchange only: whoever else starts one
 * ends this.
 *
 * @param inTurn Shared by all that use the card.
 */
export function createCardProver(operations: EuKeyOperations, inTurn: CardTurns): EuKeyProver {
  return {
    algorithms: ['HMAC-SHA-256'],
    start: () => inTurn(() => start(operations)),
    prove: (proof) => inTurn(() => prove(operations, proof)),
    confirm: (confirmation) => inTurn(() => confirm(operations, confirmation)),
  }
}

async function start(operations: EuKeyOperations): Promise<Uint8Array> {
  const started = await operations.start()
  if (started.outcome === 'not-offered') throw new AuthenticationFailed(NO_OPERATIONS)
  if (started.outcome === 'unknown-naf-id') {
    throw new TransportFailed('the card does not keep Ks_int_NAF of the server any more')
  }
  return started.randomClient
}

/** With this algorithm a message is kept as its digest. */
async function prove(
  operations: EuKeyOperations,
  { randomClient, randomServer, kept: digests }: ConnectProof,
): Promise<Uint8Array> {
  const proved = await operations.prove({ randomClient, randomServer, digests })
  if (proved.outcome === 'out-of-turn') throw lost()
  return proved.hash
}

async function confirm(
  operations: EuKeyOperations,
  { kept: digest, serverHash }: ConnectConfirmation,
): Promise<Secret | undefined> {
  if (serverHash.length !== EUKEY_DIGEST_LENGTH) return undefined
  const confirmed = await operations.confirm({ digest, serverHash })
  if (confirmed.outcome === 'out-of-turn') throw lost()
  return confirmed.outcome === 'confirmed' ? confirmed.sessionKey : undefined
}

/** What is said of a card that cannot do what a server demands. */
export const NO_OPERATIONS =
  'the server demands Ks_int_NAF, but the card has no EUKey operations, so it cannot use that key'

function lost(): TransportFailed {
  return new TransportFailed(
    'the card has lost the exchange: it was reset, or somebody else used it',
  )
}
