/** Keys in rows. K-5: sealed under the master key, bound to their table, primary key and column. */
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { Secret } from '../../crypto/secret.ts'
import { StoreFailed } from '../../errors/errors.ts'
import { toHex } from '../../octets/octets.ts'

/** Names one value of one row. */
export interface ColumnIdentity {
  readonly table: string
  /** Values of the primary key in order; none holds a control character. */
  readonly primaryKey: readonly string[]
  readonly column: string
}

/** The sealed form of a key. */
export function sealColumn(
  sealer: RecordSealer,
  identity: ColumnIdentity,
  secret: Secret,
): Uint8Array {
  return sealer.seal(identityText(identity), secret)
}

/**
 * The key of a sealed form.
 *
 * @throws {StoreFailed} Naming table and master key, if the octets were altered, moved from another
 *   row, or sealed under a master key that is not at hand.
 */
export function openColumn(
  sealer: RecordSealer,
  identity: ColumnIdentity,
  sealed: Uint8Array,
): Secret {
  const secret = sealer.open(identityText(identity), sealed)
  if (secret !== undefined) return secret
  throw new StoreFailed(
    `a key in table ${identity.table} does not open: it is sealed under master key ` +
      `${masterKeyIdOf(sealed)} (the one in use is ${sealer.keyId}), or was altered`,
  )
}

/** A line end between the values keeps two lists of values from having one text. */
function identityText({ table, primaryKey, column }: ColumnIdentity): string {
  return `${table}:${primaryKey.join('\n')}:${column}`
}

/** The key id behind the version octet of a sealed record; public. */
function masterKeyIdOf(sealed: Uint8Array): string {
  return toHex(sealed.subarray(1, 9)) || 'unknown'
}
