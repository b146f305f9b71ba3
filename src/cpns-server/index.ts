/** The CPNS Server, a NAF. CR 7.4.3, 7.5.2 */
export * from './create-cpns-server.ts'
export type * from './options.ts'
export type * from './pn-store.ts'
export * from './provision-eukey.ts'
export type * from './server-store.ts'
export * from './services.ts'
export * from './shown-pn.ts'
