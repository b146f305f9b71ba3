/** The bootstrapping session that a card still holds from an earlier run. TS 33.220 4.5.2, TS 31.102 4.2.79 */
import { InvalidMessage } from '../errors/errors.ts'
import { splitBtid } from '../identity/btid.ts'
import type { Fqdn } from '../identity/fqdn.ts'
import { type BootstrappedKeys, keysInCard } from './bootstrapped-keys.ts'
import type { GbaCard } from './gba-card.ts'
import { parseXmlDateTime } from './xml-date-time.ts'

/**
 * What EF_GBABP stands for. Only of a card with GBA_U: another gave its keys away and kept none.
 *
 * @param bsfName The BSF whose sessions count.
 * @returns `undefined` if there is no session, or it is of another BSF or cannot be read; one that is over
 *   is returned all the same.
 * @throws {TransportFailed} If the card is gone.
 */
export async function readHeldKeys(
  card: GbaCard,
  bsfName: Fqdn,
): Promise<BootstrappedKeys | undefined> {
  if (!card.supportsGbaU) return undefined
  const held = await card.readBootstrap()
  if (held === undefined || splitBtid(held.btid).bsfName !== bsfName) return undefined
  const { btid } = held
  try {
    const expiresAtMs = parseXmlDateTime(held.keyLifetime, 'EF_GBABP')
    return { btid, impi: card.impi, expiresAtMs, ...keysInCard(card, btid) }
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined
    throw error
  }
}
