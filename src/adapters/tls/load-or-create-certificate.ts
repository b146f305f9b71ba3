/**
 * The certificate of a serving entity, kept in a folder: `key.pem` (mode 0600) and `certificate.pem`.
 *
 * The key is made once; the certificate is made again when it has expired or no longer names the host,
 * over the same key, so that a peer that pinned the key goes on trusting it (Design 7).
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { MAX_SMALL_FILE_OCTETS, readBoundedText } from '../files/bounded-file.ts'
import { makeFolder } from '../files/make-folder.ts'
import {
  type CertificateOptions,
  type CertificatePorts,
  createSelfSignedCertificate,
  type ServerCertificate,
} from './self-signed-certificate.ts'
import { pinOf } from './trust.ts'

/**
 * @param folder Made with mode 0700 if it is missing.
 * @throws {ConfigurationInvalid} If the folder cannot be used, or a file in it is not what it should be.
 */
export function loadOrCreateCertificate(
  folder: string,
  options: Omit<CertificateOptions, 'privateKeyPem'>,
  ports: CertificatePorts,
): ServerCertificate {
  const keyFile = join(folder, 'key.pem')
  const certificateFile = join(folder, 'certificate.pem')
  try {
    const privateKeyPem = readIfThere(keyFile)
    const certificatePem = readIfThere(certificateFile)
    if (privateKeyPem === undefined && certificatePem !== undefined) {
      throw new ConfigurationInvalid(`${certificateFile}: its key ${keyFile} is missing`)
    }
    const kept = certificateOf({ certificatePem, privateKeyPem, folder })
    if (kept !== undefined && isStillGood(kept, options, ports)) return kept

    const fresh = createSelfSignedCertificate(
      privateKeyPem === undefined ? options : { ...options, privateKeyPem },
      ports,
    )
    makeFolder(folder)
    // The key first: a certificate without its key would be of no use.
    if (privateKeyPem === undefined) writeWhole(keyFile, fresh.privateKeyPem)
    writeWhole(certificateFile, fresh.certificatePem)
    return fresh
  } catch (error) {
    if (error instanceof ConfigurationInvalid) throw error
    // Neither a code nor one of our own texts holds anything of the key.
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    throw new ConfigurationInvalid(`certificate folder ${folder}: it cannot be used (${reason})`)
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readBoundedText(file, { maxOctets: MAX_SMALL_FILE_OCTETS })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (!(error instanceof ConfigurationInvalid)) throw error
    throw new ConfigurationInvalid(`${file}: ${error.message}`)
  }
}

/** Nobody ever reads a half-written file. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

interface StoredCertificate {
  readonly folder: string
  readonly certificatePem: string | undefined
  readonly privateKeyPem: string | undefined
}

/** @throws {ConfigurationInvalid} If key and certificate cannot be read or are not a pair. */
function certificateOf(stored: StoredCertificate): ServerCertificate | undefined {
  const { folder, certificatePem, privateKeyPem } = stored
  if (certificatePem === undefined || privateKeyPem === undefined) return undefined
  try {
    const privateKey = createPrivateKey(privateKeyPem)
    if (new X509Certificate(certificatePem).checkPrivateKey(privateKey)) {
      return { certificatePem, privateKeyPem, pin: pinOf(privateKey) }
    }
  } catch {
    // Said below; the cause could name the key.
  }
  throw new ConfigurationInvalid(
    `certificate folder ${folder}: key.pem and certificate.pem are not a key and its certificate`,
  )
}

function isStillGood(
  { certificatePem }: ServerCertificate,
  { dnsNames, ipAddresses }: CertificateOptions,
  { clock }: CertificatePorts,
): boolean {
  const certificate = new X509Certificate(certificatePem)
  const nowMs = clock.nowMs()
  if (nowMs < Date.parse(certificate.validFrom)) return false
  if (nowMs >= Date.parse(certificate.validTo)) return false
  return [...dnsNames, ...ipAddresses].every((name) =>
    isIP(name) > 0 ? certificate.checkIP(name) : certificate.checkHost(name),
  )
}
