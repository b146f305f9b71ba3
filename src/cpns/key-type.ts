/** The kind of EUKey that a ConnectRequest names. Design 6, `KeyType` */

/** Spelling as on the wire. */
export const KEY_TYPES = ['ks-ext-naf', 'ks-int-naf', 'ks-naf', 'assigned'] as const

/** One of them. */
export type KeyType = (typeof KEY_TYPES)[number]
