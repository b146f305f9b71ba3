/** The PN GW. CR 7.4.3, 7.5.2 */
export * from './card-eukey-prover.ts'
export * from './create-pn-gw.ts'
export * from './fallback-credentials.ts'
export * from './gba-credentials.ts'
export type { PnOptions, RegisteredPn } from './pn-registrar.ts'
export * from './pne-pairings.ts'
export * from './trigger-desk.ts'
