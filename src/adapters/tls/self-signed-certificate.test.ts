import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSelfSignedCertificate } from './self-signed-certificate.ts'
import { testCertificate } from './tls.fixture.ts'
import { pinOf } from './trust.ts'

const NOW = Date.UTC(2026, 5, 1, 12)

test('the certificate says what was asked for', () => {
  const { certificatePem, privateKeyPem, pin } = testCertificate(
    { dnsNames: ['a.example', 'b.example'], ipAddresses: ['192.0.2.1', '2001:db8::1'] },
    NOW,
  )
  const certificate = new X509Certificate(certificatePem)
  expect(certificate.subject).toBe('CN=CPNS test')
  expect(certificate.issuer).toBe(certificate.subject)
  expect(certificate.subjectAltName).toBe(
    'DNS:a.example, DNS:b.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1',
  )
  expect(Date.parse(certificate.validFrom)).toBe(NOW - 3_600_000)
  expect(Date.parse(certificate.validTo)).toBe(NOW + 825 * 86_400_000)
  expect(certificate.ca).toBe(false)
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
  expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true)
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(pinOf(certificate.publicKey)).toBe(pin)
})

test('a peer that is client and server proves itself as both', () => {
  const { certificatePem } = testCertificate({ asClient: true })
  expect(new X509Certificate(certificatePem).keyUsage).toEqual([
    '1.3.6.1.5.5.7.3.1',
    '1.3.6.1.5.5.7.3.2',
  ])
})

test('a life beyond 2049 is written with all four digits of its year', () => {
  const { certificatePem } = testCertificate({ lifetimeDays: 10_000 }, NOW)
  const { validTo } = new X509Certificate(certificatePem)
  expect(Date.parse(validTo)).toBe(NOW + 10_000 * 86_400_000)
})

test('two certificates over one key differ in their serial number and share their pin', () => {
  const ports = { clock: createVirtualClock(NOW), random: createSeededRandom() }
  const options = { commonName: 'x', dnsNames: ['x.example'], ipAddresses: [] }
  const first = createSelfSignedCertificate(options, ports)
  const { privateKeyPem } = first
  const second = createSelfSignedCertificate({ ...options, privateKeyPem }, ports)
  expect(second.pin).toBe(first.pin)
  const serials = [first, second].map(
    ({ certificatePem }) => new X509Certificate(certificatePem).serialNumber,
  )
  expect(new Set(serials).size).toBe(2)
})

test('a key that is not on P-256, or an address that is none, is a wrong call', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(() => testCertificate({ privateKeyPem })).toThrow(RangeError)
  expect(() => testCertificate({ ipAddresses: ['localhost'] })).toThrow(RangeError)
})

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'node:tls trusts it as its own CA, %s',
  async (version) => {
    const { certificatePem, privateKeyPem } = testCertificate()
    const server = createServer({ cert: certificatePem, key: privateKeyPem, minVersion: version })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const servername of ['localhost', undefined]) {
      const options = { port, host: '127.0.0.1', ca: certificatePem, maxVersion: version }
      const socket = connect({ ...options, ...(servername && { servername }) })
      await once(socket, 'secureConnect')
      expect([socket.authorized, socket.getProtocol()]).toEqual([true, version])
      socket.destroy()
    }
    server.close()
  },
)
