/** Our certificates and end points against OpenSSL and curl. RFC 5280, Design 7 */
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, serveCpns } from '../../src/adapters/http/serve-cpns.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { createSelfSignedCertificate } from '../../src/adapters/tls/self-signed-certificate.ts'
import { CPNS_MEDIA_TYPE } from '../../src/cpns/messages.ts'
import { findInteropTool, type InteropTool } from '../support/interop-tool.ts'

const openssl = findInteropTool('openssl', 'openssl')
const curl = findInteropTool('curl', 'curl')

const makeCertificate = () =>
  createSelfSignedCertificate(
    {
      commonName: 'CPNS Server',
      dnsNames: ['localhost', 'cpns.example'],
      ipAddresses: ['127.0.0.1', '2001:db8::7'],
    },
    { clock: systemClock, random: createSystemRandom() },
  )
const certificate = makeCertificate()
const other = makeCertificate()
const pin = (hex: string) => `sha256//${Buffer.from(hex, 'hex').toString('base64')}`

/** Runs OpenSSL with the words of a line. */
const runOpenssl = (line: string) => (openssl as InteropTool).run(line.split(' '))

let folder: string
let server: RunningServer
beforeAll(async () => {
  folder = mkdtempSync(`${tmpdir()}/cpns-interop-`)
  writeFileSync(`${folder}/certificate.pem`, certificate.certificatePem)
  writeFileSync(`${folder}/key.pem`, certificate.privateKeyPem, { mode: 0o600 })
  writeFileSync(`${folder}/other.pem`, other.certificatePem)
  server = await serveCpns({
    host: '127.0.0.1',
    port: 0,
    tls: certificate,
    post: {
      path: '/cpns',
      answer: async (body) => ({ status: 200, contentType: CPNS_MEDIA_TYPE, body }),
      tooLarge: () => ({ contentType: CPNS_MEDIA_TYPE, body: Buffer.from('<Error/>') }),
    },
    sockets: { path: '/cpns', subprotocol: 'cpns2.v1', accept: (socket) => socket.close() },
  })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(openssl === undefined)('openssl', () => {
  test('reads every part of the certificate', async () => {
    const { status, stdout, stderr } = await runOpenssl(
      `x509 -in ${folder}/certificate.pem -noout -text -fingerprint -sha256`,
    )
    expect([status, stderr]).toEqual([0, ''])
    for (const part of [
      'Version: 3 (0x2)',
      'Signature Algorithm: ecdsa-with-SHA256',
      'Issuer: CN = CPNS Server',
      'Subject: CN = CPNS Server',
      'ASN1 OID: prime256v1',
      'X509v3 Basic Constraints: critical\n                CA:FALSE',
      'X509v3 Key Usage: critical\n                Digital Signature\n',
      'X509v3 Extended Key Usage: \n                TLS Web Server Authentication\n',
      'DNS:localhost, DNS:cpns.example, IP Address:127.0.0.1, IP Address:2001:DB8:0:0:0:0:0:7',
    ]) {
      expect(stdout).toContain(part)
    }
    const { fingerprint256 } = new X509Certificate(certificate.certificatePem)
    expect(stdout).toContain(`sha256 Fingerprint=${fingerprint256}`)
  })

  test('takes its DER for well formed, and its key for sound', async () => {
    const parsed = await runOpenssl(`asn1parse -in ${folder}/certificate.pem`)
    expect([parsed.status, parsed.stderr]).toEqual([0, ''])
    const key = await runOpenssl(`pkey -in ${folder}/key.pem -noout -check`)
    expect(key.stdout).toContain('Key is valid')
  })

  test.each([
    ['-verify_hostname', 'cpns.example', 0],
    ['-verify_ip', '127.0.0.1', 0],
    ['-verify_ip', '2001:db8::7', 0],
    ['-verify_hostname', 'other.example', 2],
    ['-verify_ip', '127.0.0.2', 2],
  ])('verifies it as its own authority, %s %s: exit %i', async (option, name, expected) => {
    const file = `${folder}/certificate.pem`
    const { status } = await runOpenssl(
      `verify -purpose sslserver ${option} ${name} -CAfile ${file} ${file}`,
    )
    expect(status).toBe(expected)
  })

  test('does not verify it by another one of the same name', async () => {
    const { status } = await runOpenssl(
      `verify -CAfile ${folder}/other.pem ${folder}/certificate.pem`,
    )
    expect(status).toBe(2)
  })

  test.each([
    ['-tls1_2', 0],
    ['-tls1_3', 0],
    ['-tls1_1', 1],
  ])('connects to the server with %s: exit %i', async (version, expected) => {
    const { status } = await runOpenssl(
      `s_client -connect 127.0.0.1:${server.port} ${version} -CAfile ${folder}/certificate.pem ` +
        '-verify_return_error -verify_hostname localhost -cipher DEFAULT@SECLEVEL=0',
    )
    expect(status).toBe(expected)
  })
})

/** Posts to the server; the last line printed is the HTTP status. */
const runCurl = (options: string) =>
  (curl as InteropTool).run([
    ...`--silent --show-error --max-time 10 --write-out \n%{http_code} ${options}`.split(' '),
    '--header',
    `Content-Type: ${CPNS_MEDIA_TYPE}`,
    `https://localhost:${server.port}/cpns`,
  ])
const trusted = () => `--cacert ${folder}/certificate.pem`

describe.skipIf(curl === undefined)('curl', () => {
  test('posts a message, trusting the certificate and the pin', async () => {
    const options = `--pinnedpubkey ${pin(certificate.pin)} --data-binary <a/>`
    const { stdout, status } = await runCurl(`${trusted()} ${options}`)
    expect([status, stdout]).toEqual([0, '<a/>\n200'])
  })

  test('computes another pin for another key', async () => {
    const options = `--pinnedpubkey ${pin(other.pin)} --data-binary <a/>`
    // 90: SSL public key does not match the pinned one.
    expect((await runCurl(`${trusted()} ${options}`)).status).toBe(90)
  })

  test('does not trust the server without its certificate', async () => {
    // 60: the peer cannot be authenticated.
    expect((await runCurl('--data-binary <a/>')).status).toBe(60)
  })

  test.each(['', ' --header Expect:', ' --header Transfer-Encoding:chunked'])(
    'gets 413 with its body for a body that never fits,%s',
    async (option) => {
      writeFileSync(`${folder}/large`, 'x'.repeat(5_000_000))
      const { status, stdout } = await runCurl(
        `${trusted()}${option} --data-binary @${folder}/large`,
      )
      expect([status, stdout]).toEqual([0, '<Error/>\n413'])
    },
  )

  test('asks for HTTP/2 and gets HTTP/1.1', async () => {
    const { stdout } = await runCurl(`${trusted()} --http2 --data-binary <a/>`)
    expect(stdout).toBe('<a/>\n200')
  })
})
