/** TransactionID: ties the messages of one exchange together. Design 6 */
import { toHex } from '../octets/octets.ts'
import type { Random } from '../ports/random.ts'

const LENGTH = 16

/** One that nobody had before: 16 random octets as 32 lower-case hex digits. */
export function freshTransactionId(random: Random): string {
  return toHex(random.octets(LENGTH))
}
