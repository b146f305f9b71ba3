/** The PNE. CR 7.5 */

export * from './assigned-credentials.ts'
export * from './check-trigger.ts'
export * from './create-pne.ts'
export * from './gateway-talk.ts'
export * from './inbox.ts'
export * from './obtain-eukey.ts'
export * from './outbox.ts'
export type * from './owner-store.ts'
export type * from './pne-store.ts'
