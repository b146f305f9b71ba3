/** What the processes of the CPNS benchmarks know: names, keys, and what they tell each other. */
import { Secret } from '../crypto/secret.ts'
import { type EntityId, parseEntityId } from '../identity/entity-id.ts'
import { parseFqdn } from '../identity/fqdn.ts'

/** FQDN of the server as NAF. */
export const BENCH_NAF = parseFqdn('cpns.bench.example')
/** EntityID of the server. */
export const BENCH_SERVER = parseEntityId('urn:x:bench:server')
/** The application at it. */
export const BENCH_SERVICE = 'bench'
/** EUKey of every entity, 32 octets. */
export const BENCH_EUKEY = Secret.of(new Uint8Array(32).fill(0x42))
/** Octets of a forwarded message. */
export const PAYLOAD_OCTETS = 256

/** A PN GW, or one that only is forged. */
export function benchGateway(n: number): EntityId {
  return parseEntityId(`urn:x:bench:gateway:${n}`)
}

/** A PNE. */
export function benchPne(n: number): EntityId {
  return parseEntityId(`urn:x:bench:pne:${n}`)
}

/** Where a process listens, and the pin of its certificate (64 hex digits). */
export interface BenchAddress {
  readonly url: string
  readonly pin: string
}

/** What a process is started as. */
export type CpnsSideStart =
  /** A CPNS Server with EUKeys for so many PN GWs and PNEs. */
  | { readonly kind: 'server'; readonly gateways: number; readonly pnes: number }
  /** PN GW number 0, with sockets for PNEs. */
  | { readonly kind: 'gateway'; readonly server: BenchAddress }
  /** A bare HTTPS server: the first of these bodies answers what is as long as the first question. */
  | {
      readonly kind: 'https'
      readonly questions: readonly number[]
      readonly answers: readonly string[]
    }
  /** A bare WebSocket: gives back what comes. */
  | { readonly kind: 'echo' }
  /** A bare WebSocket that passes on to another, both ways. */
  | { readonly kind: 'relay'; readonly to: BenchAddress }
  /** A WebSocket that opens and seals the records of a message, and does nothing else. */
  | { readonly kind: 'record-answers' }
  /** The PN GW before it. */
  | { readonly kind: 'record-relay'; readonly to: BenchAddress }
  /** A bare TLS server that holds idle sockets. */
  | { readonly kind: 'tls' }

/**
 * What it is asked while it serves: `status` costs it nothing; before `memory` it collects its garbage, after
 * which it is slow for a while.
 */
export type CpnsSideQuestion = 'status' | 'memory'

/** What it tells: where it is, or how it is. */
export interface CpnsSideTold extends Partial<BenchAddress> {
  /** Since its start, all threads of it. */
  readonly cpuMicros?: number
  /** Resident memory after a garbage collection. */
  readonly residentOctets?: number
  /** Messages that have reached the application. */
  readonly handled?: number
  readonly error?: string
}
