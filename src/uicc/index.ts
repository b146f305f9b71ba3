/** A software UICC with USIM, ISIM and CSIM. TS 31.102, TS 31.103 */

export * from './card-profile.ts'
export type * from './card-state-store.ts'
export * from './new-card-profile.ts'
export * from './uicc.ts'
