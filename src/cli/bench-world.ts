/** What both processes of a benchmark know: names, keys, and the sizes of the baselines. */
import { Secret } from '../crypto/secret.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { type Impi, parseImpi } from '../identity/impi.ts'
import { fromHex, uint32 } from '../octets/octets.ts'

/** What the other process is to be; it answers with `FarSideTold`. */
export type FarSideStart =
  | { readonly kind: 'ub' | 'zh' | 'zn' }
  | { readonly kind: 'http'; readonly exchanges: readonly RecordedExchange[] }
  | { readonly kind: 'tcp'; readonly octets: WireOctets }

/** What the other process tells: its port when it has started, its processor time when asked for `cpu`. */
export interface FarSideTold {
  readonly port?: number
  /** Since its start, all threads. */
  readonly cpuMicros?: number
  readonly error?: string
}

/** One HTTP exchange, to be repeated without a meaning. */
export interface RecordedExchange {
  readonly request: Readonly<Record<string, string>>
  readonly answer: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    /** An octet a character. */
    readonly body: string
  }
}

/** Octets of a request and its answer. */
export interface WireOctets {
  readonly request: number
  readonly answer: number
}

/** Subscribers that take turns. */
export const BENCH_SUBSCRIBERS = 1000
/** K of all of them. TS 35.208 4.3.1 */
export const BENCH_K = Secret.of(fromHex('465b5ce8b199b49faa5f0a2ee238a6bc'))
/** OPc of all of them. TS 35.208 4.3.1 */
export const BENCH_OPC = Secret.of(fromHex('cd63cb71954a9f4e48a5994e37a02baf'))
/** The BSF in Diameter, and on Ub. */
export const BSF_NAMES = namesOf('bsf.bench.example')
/** The HSS in Diameter. */
export const HSS_NAMES = namesOf('hss.bench.example')
/** The NAF in Diameter. */
export const NAF_NAMES = namesOf('naf.bench.example')
/** Octets of MAR and MAA, and of BIR and BIA, of these names, as counted on the wire. */
export const WIRE_OCTETS: Readonly<Record<'zh' | 'zn', WireOctets>> = {
  zh: { request: 272, answer: 524 },
  zn: { request: 284, answer: 340 },
}

/** Subscriber number `n`. */
export function impiOf(n: number): Impi {
  return parseImpi(`00101${String(n).padStart(10, '0')}@ims.bench.example`)
}

/** RAND of bootstrapping session number `n`, 16 octets. */
export function randOf(n: number): Uint8Array {
  const rand = new Uint8Array(16)
  rand.set(uint32(n), 12)
  return rand
}

function namesOf(host: string) {
  return { originHost: parseFqdn(host), originRealm: parseFqdn('bench.example') }
}
