/** A certificate and its key: readable, a pair, in time, with the names that are needed. RFC 5280 4.1.2.5 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { MAX_SMALL_FILE_OCTETS, readBoundedText } from '../files/bounded-file.ts'
import { problemOf } from './check-folder.ts'
import type { Finding } from './finding.ts'

/** Which files, and what they must be. */
export interface CertificateToCheck {
  readonly certificateFile: string
  readonly keyFile: string
  /** Domain names that it must hold. */
  readonly names: readonly string[]
  /** Whether the entity makes it again by itself when it has ended. */
  readonly isRenewed: boolean
}

const DAY_MS = 86_400_000
const PEM = { maxOctets: MAX_SMALL_FILE_OCTETS }
const SOON_DAYS = 30

/** @param nowMs UTC milliseconds. */
export function checkCertificate(
  { certificateFile, keyFile, names, isRenewed }: CertificateToCheck,
  nowMs: number,
): Finding {
  const what = `certificate ${certificateFile}`
  const wrong = (found: string, advice: string): Finding => ({
    what,
    state: 'problem',
    found,
    advice,
  })
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(readBoundedText(certificateFile, PEM))
    if (!certificate.checkPrivateKey(createPrivateKey(readBoundedText(keyFile, PEM)))) {
      return wrong(
        `${keyFile} is the key of another certificate`,
        'name the key that belongs to it',
      )
    }
  } catch (error) {
    return problemOf(what, error, `name PEM files that the entity may read (${keyFile} too)`)
  }
  const days = Math.floor((Date.parse(certificate.validTo) - nowMs) / DAY_MS)
  const renew = isRenewed ? 'the next start makes a new one over the same key' : 'have it renewed'
  const state = isRenewed ? 'warning' : 'problem'
  if (nowMs < Date.parse(certificate.validFrom)) {
    return wrong(`good from ${certificate.validFrom} only`, 'look at the clock of this machine')
  }
  if (days < 0) return { what, state, found: `it ended ${-days} days ago`, advice: renew }
  const missing = names.filter((name) => certificate.checkHost(name) === undefined)
  if (missing.length > 0) {
    return { what, state, found: `it does not name ${missing.join(', ')}`, advice: renew }
  }
  if (days < SOON_DAYS) return { what, state: 'warning', found: `${days} days left`, advice: renew }
  return { what, state: 'ok', found: `matches its key, ${days} days left` }
}
