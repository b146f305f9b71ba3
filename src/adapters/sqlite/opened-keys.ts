/**
 * Keys of rows that are read again and again: one whose sealed octets have not changed is not opened
 * again. Opening costs 7 µs, comparing less than one; an HSS reads two keys for every vector.
 */
import type { RecordSealer } from '../../crypto/record-sealer.ts'
import type { Secret } from '../../crypto/secret.ts'
import { equalOctets } from '../../octets/octets.ts'
import { type ColumnIdentity, openColumn } from './sealed-column.ts'

/** Keys that were opened lately, of one column. */
export interface OpenedKeys {
  /** The key of a row. @throws {StoreFailed} As `openColumn`. */
  open(identity: ColumnIdentity, sealed: Uint8Array): Secret
  /** Forgets the key of a row that is gone. */
  forget(identity: Pick<ColumnIdentity, 'primaryKey'>): void
}

/** @param limit How many are remembered; beyond it the one that was opened first goes. */
export function createOpenedKeys(sealer: RecordSealer, limit: number): OpenedKeys {
  const opened = new Map<string, { readonly sealed: Uint8Array; readonly key: Secret }>()
  const nameOf = ({ primaryKey }: Pick<ColumnIdentity, 'primaryKey'>) => primaryKey.join('\n')
  return {
    open(identity, sealed) {
      const name = nameOf(identity)
      const known = opened.get(name)
      if (known !== undefined && equalOctets(known.sealed, sealed)) return known.key
      const key = openColumn(sealer, identity, sealed)
      opened.delete(name)
      opened.set(name, { sealed, key })
      const [oldest] = opened.keys()
      if (opened.size > limit && oldest !== undefined) opened.delete(oldest)
      return key
    },
    forget: (identity) => void opened.delete(nameOf(identity)),
  }
}
