/** What the tests of the service based forms share: certificates, time, and both sides on loopback. */
import { systemClock } from '../system/system-clock.ts'
import { testCertificate } from '../tls/tls.fixture.ts'
import type { SbiTarget } from './connect-http2.ts'
import type { ServeSbiOptions } from './serve-sbi.ts'

/** Real time, nobody who looks. */
export const PORTS = { clock: systemClock }
/** Of the serving side. */
export const SERVER_CERTIFICATE = testCertificate()

/** Both sides of one link, in the clear or under TLS, by CA or by pin. @param client What the asking side is known as, under TLS by all names. */
export function linkOptions(
  tls: boolean | 'pinned',
  client: string | readonly [string, ...string[]],
): {
  readonly scheme: string
  readonly serve: ServeSbiOptions
  readonly connect: Omit<SbiTarget, 'apiRoot'>
} {
  const names = typeof client === 'string' ? [client] : client
  const at = { host: '127.0.0.1', port: 0 }
  if (!tls) {
    const plainClients = { '127.0.0.1': names[0] ?? '' }
    return { scheme: 'http', serve: { ...at, plainClients }, connect: {} }
  }
  const certificate = testCertificate({ dnsNames: names, asClient: true })
  return {
    scheme: 'https',
    serve: { ...at, tls: { ...SERVER_CERTIFICATE, clientCa: certificate.certificatePem } },
    connect: {
      trust:
        tls === 'pinned'
          ? { kind: 'pin', sha256: SERVER_CERTIFICATE.pin }
          : { kind: 'ca', pem: SERVER_CERTIFICATE.certificatePem },
      certificate,
    },
  }
}
