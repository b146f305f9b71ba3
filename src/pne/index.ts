/** The PNE. CR 7.5 */

export * from './assigned-credentials.ts'
export * from './create-pne.ts'
export * from './inbox.ts'
export * from './outbox.ts'
export type * from './pne-store.ts'
