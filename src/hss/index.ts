/** HSS and AuC for GBA. TS 33.220 4.4.5 */
export * from './create-hss.ts'
export type * from './hss-store.ts'
export * from './subscriber-fields.ts'
export * from './subscriber-import.ts'
