/** What the tests of TLS, HTTP and WebSocket share. */
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { systemClock } from '../system/system-clock.ts'
import {
  type CertificateOptions,
  createSelfSignedCertificate,
  type ServerCertificate,
} from './self-signed-certificate.ts'

/** A certificate for `localhost`, 127.0.0.1 and ::1, valid from now on unless said otherwise. */
export function testCertificate(
  changes: Partial<CertificateOptions> = {},
  nowMs = systemClock.nowMs(),
): ServerCertificate {
  return createSelfSignedCertificate(
    {
      commonName: 'CPNS test',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1', '::1'],
      ...changes,
    },
    { clock: { ...systemClock, nowMs: () => nowMs }, random: createSeededRandom() },
  )
}
