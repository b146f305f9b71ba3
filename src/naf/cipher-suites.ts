/**
 * IANA values of TLS cipher suites by their names: a Ua security protocol identifier ends in the one of
 * its connection (TS 33.220 H.3), and the platform tells only the name.
 *
 * Suites of servers with certificates, of 128 bits and more. RFC 8446 B.4, RFC 5246 A.5
 */
import { UA_ID_HTTP_DIGEST, type UaId, uaIdOfTls } from '../identity/naf-id.ts'

const SUITES: Readonly<Record<string, number>> = {
  TLS_AES_128_CCM_8_SHA256: 0x1305,
  TLS_AES_128_CCM_SHA256: 0x1304,
  TLS_AES_128_GCM_SHA256: 0x1301,
  TLS_AES_256_GCM_SHA384: 0x1302,
  TLS_CHACHA20_POLY1305_SHA256: 0x1303,
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA256: 0x0067,
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA: 0x0033,
  TLS_DHE_RSA_WITH_AES_128_CCM: 0xc09e,
  TLS_DHE_RSA_WITH_AES_128_CCM_8: 0xc0a2,
  TLS_DHE_RSA_WITH_AES_128_GCM_SHA256: 0x009e,
  TLS_DHE_RSA_WITH_AES_256_CBC_SHA256: 0x006b,
  TLS_DHE_RSA_WITH_AES_256_CBC_SHA: 0x0039,
  TLS_DHE_RSA_WITH_AES_256_CCM: 0xc09f,
  TLS_DHE_RSA_WITH_AES_256_CCM_8: 0xc0a3,
  TLS_DHE_RSA_WITH_AES_256_GCM_SHA384: 0x009f,
  TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 0xccaa,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: 0xc023,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 0xc009,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM: 0xc0ac,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8: 0xc0ae,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 0xc02b,
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384: 0xc024,
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 0xc00a,
  TLS_ECDHE_ECDSA_WITH_AES_256_CCM: 0xc0ad,
  TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8: 0xc0af,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 0xc02c,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 0xcca9,
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: 0xc027,
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 0xc013,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 0xc02f,
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384: 0xc028,
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 0xc014,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 0xc030,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 0xcca8,
  TLS_RSA_WITH_AES_128_CBC_SHA256: 0x003c,
  TLS_RSA_WITH_AES_128_CBC_SHA: 0x002f,
  TLS_RSA_WITH_AES_128_CCM: 0xc09c,
  TLS_RSA_WITH_AES_128_CCM_8: 0xc0a0,
  TLS_RSA_WITH_AES_128_GCM_SHA256: 0x009c,
  TLS_RSA_WITH_AES_256_CBC_SHA256: 0x003d,
  TLS_RSA_WITH_AES_256_CBC_SHA: 0x0035,
  TLS_RSA_WITH_AES_256_CCM: 0xc09d,
  TLS_RSA_WITH_AES_256_CCM_8: 0xc0a1,
  TLS_RSA_WITH_AES_256_GCM_SHA384: 0x009d,
}

/**
 * The IANA value of a suite, 0 to 65535.
 *
 * @param name As in the registry, for instance `TLS_AES_128_GCM_SHA256`.
 * @returns `undefined` if it is not in the table.
 */
export function cipherSuiteOf(name: string): number | undefined {
  return Object.hasOwn(SUITES, name) ? SUITES[name] : undefined
}

/**
 * The Ua security protocol identifier of HTTP Digest on a connection. That TLS 1.3 takes the form of
 * TLS 1.2 is from memory (design 4).
 *
 * @param cipherSuite IANA value; absent without TLS.
 * @see TS 33.220 H.3
 */
export function uaIdOfHttpDigest(cipherSuite: number | undefined): UaId {
  return cipherSuite === undefined ? UA_ID_HTTP_DIGEST : uaIdOfTls(cipherSuite)
}
