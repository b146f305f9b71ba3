/** Self-signed P-256 server certificates: X.509 version 3, ecdsa-with-SHA256. RFC 5280 4, RFC 5480 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { sha256 } from '../../crypto/hash.ts'
import { toBase64, utf8 } from '../../octets/octets.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import {
  derBitString,
  derExplicit,
  derImplicit,
  derObjectIdentifier,
  derOctetString,
  derSequence,
  derSetOfOne,
  derTime,
  derTrue,
  derUnsigned,
  derUtf8String,
} from './der.ts'
import { ipOctets } from './ip-octets.ts'
import { pinOf } from './trust.ts'

/** A certificate with its key. */
export interface ServerCertificate {
  readonly certificatePem: string
  /** PKCS #8; a secret. */
  readonly privateKeyPem: string
  /** SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hex digits. */
  readonly pin: string
}

/** What a certificate is for. */
export interface CertificateOptions {
  /** Shown to people; at most 64 characters. */
  readonly commonName: string
  /** Domain names that the server is reached by. */
  readonly dnsNames: readonly string[]
  /** IP addresses that the server is reached by. */
  readonly ipAddresses: readonly string[]
  /** Default 825 days. */
  readonly lifetimeDays?: number
  /** Whether it also proves a TLS client, as each peer of Diameter or of an SBI is; default no. */
  readonly asClient?: boolean
  /** P-256 key to go on with, so that its pin stays; default a fresh one. */
  readonly privateKeyPem?: string
}

/** What making a certificate needs. */
export interface CertificatePorts {
  readonly clock: Clock
  readonly random: Random
}

const DAY_MS = 86_400_000
const CLOCK_SKEW_MS = 3_600_000
const SERIAL_LENGTH = 16

const OID = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const

/** @throws {RangeError} If an IP address is none, or the key is not on P-256. */
export function createSelfSignedCertificate(
  options: CertificateOptions,
  ports: CertificatePorts,
): ServerCertificate {
  const privateKey =
    options.privateKeyPem === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : createPrivateKey(options.privateKeyPem)
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new RangeError('the private key is not on P-256')
  }
  const toBeSigned = tbsCertificate(options, privateKey, ports)
  const signature = sign('sha256', toBeSigned, privateKey)
  const certificate = derSequence(toBeSigned, signatureAlgorithm(), derBitString(signature))
  return {
    certificatePem: pemOf(certificate),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pin: pinOf(privateKey),
  }
}

/** RFC 5280 4.1.2 */
function tbsCertificate(
  options: CertificateOptions,
  privateKey: KeyObject,
  { clock, random }: CertificatePorts,
): Uint8Array {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const nowMs = clock.nowMs()
  const version3 = derExplicit(0, derUnsigned(Uint8Array.of(2)))
  const name = derSequence(
    derSetOfOne(
      derSequence(derObjectIdentifier(OID.commonName), derUtf8String(options.commonName)),
    ),
  )
  const validity = derSequence(
    derTime(nowMs - CLOCK_SKEW_MS),
    derTime(nowMs + (options.lifetimeDays ?? 825) * DAY_MS),
  )
  return derSequence(
    version3,
    derUnsigned(serialNumber(random)),
    signatureAlgorithm(),
    name,
    validity,
    name,
    spki,
    derExplicit(3, derSequence(...extensions(options, spki))),
  )
}

/** Positive, and never shorter than 16 octets. RFC 5280 4.1.2.2 */
function serialNumber(random: Random): Uint8Array {
  const [first = 0, ...rest] = random.octets(SERIAL_LENGTH)
  return Uint8Array.of((first & 0x7f) | 0x40, ...rest)
}

/** No parameters. RFC 5758 3.2 */
function signatureAlgorithm(): Uint8Array {
  return derSequence(derObjectIdentifier(OID.ecdsaWithSha256))
}

/** RFC 5280 4.2.1: an end entity that signs its own TLS handshakes, and nothing else. */
function extensions(options: CertificateOptions, spki: Uint8Array): Uint8Array[] {
  const digitalSignature = derBitString(Uint8Array.of(0x80), 7)
  const notCertificateAuthority = derSequence()
  const keyIdentifier = derOctetString(sha256(spki).subarray(0, 20))
  const names = [
    ...options.dnsNames.map((name) => derImplicit(2, utf8(name))),
    ...options.ipAddresses.map((address) => derImplicit(7, ipOctets(address))),
  ]
  const usages = options.asClient ? [OID.serverAuth, OID.clientAuth] : [OID.serverAuth]
  return [
    criticalExtension(OID.basicConstraints, notCertificateAuthority),
    criticalExtension(OID.keyUsage, digitalSignature),
    extension(OID.extKeyUsage, derSequence(...usages.map(derObjectIdentifier))),
    extension(OID.subjectKeyIdentifier, keyIdentifier),
    extension(OID.subjectAltName, derSequence(...names)),
  ]
}

function extension(oid: string, value: Uint8Array): Uint8Array {
  return derSequence(derObjectIdentifier(oid), derOctetString(value))
}

function criticalExtension(oid: string, value: Uint8Array): Uint8Array {
  return derSequence(derObjectIdentifier(oid), derTrue(), derOctetString(value))
}

function pemOf(certificate: Uint8Array): string {
  const lines = toBase64(certificate).replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
