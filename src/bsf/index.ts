/** The Bootstrapping Server Function of GBA. TS 33.220 4.4.2 */

export type * from './bsf-store.ts'
export * from './challenge-limits.ts'
export * from './create-bsf.ts'
export type * from './options.ts'
