/** `cpns/naf`: a NAF for node:http, Fastify and Express, a client for any NAF, and their core. TS 33.222 */
export * from '../../naf/index.ts'
export * from './admit.ts'
export * from './express-naf.ts'
export * from './fastify-naf.ts'
export * from './gba-fetch.ts'
export * from './protect-listener.ts'
export * from './psk-client.ts'
export * from './psk-server.ts'
