/** What the roles are given: clocks, randomness, stores, sockets, logs. */
export type * from './bus.ts'
export type * from './clock.ts'
export type * from './frame-socket.ts'
export type * from './key-log.ts'
export * from './log.ts'
export type * from './random.ts'
export * from './steady-clock.ts'
export type * from './store.ts'
