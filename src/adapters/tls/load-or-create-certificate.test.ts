import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { loadOrCreateCertificate } from './load-or-create-certificate.ts'
import { testCertificate } from './tls.fixture.ts'

const DAY_MS = 86_400_000
const OPTIONS = {
  commonName: 'PN GW',
  dnsNames: ['localhost'],
  ipAddresses: ['127.0.0.1'],
  lifetimeDays: 10,
}

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(`${tmpdir()}/cpns-tls-`)
  folder = `${root}/tls`
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function openWorld() {
  const clock = createVirtualClock()
  const ports = { clock, random: createSeededRandom() }
  const load = (changes: Partial<typeof OPTIONS> = {}) =>
    loadOrCreateCertificate(folder, { ...OPTIONS, ...changes }, ports)
  return { clock, load }
}

test('it is made once; the key can be read by its owner only', () => {
  const { load } = openWorld()
  const made = load()
  expect(statSync(`${folder}/key.pem`).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(readdirSync(folder).sort()).toEqual(['certificate.pem', 'key.pem'])
  expect(load()).toEqual(made)
})

test('once it has expired it is made again over the same key', async () => {
  const { clock, load } = openWorld()
  const made = load()
  await clock.advance(10 * DAY_MS - 1)
  expect(load()).toEqual(made)
  await clock.advance(1)
  const renewed = load()
  expect(renewed.certificatePem).not.toBe(made.certificatePem)
  expect([renewed.pin, renewed.privateKeyPem]).toEqual([made.pin, made.privateKeyPem])
  expect(load()).toEqual(renewed)
})

test('it is made again when it is not valid yet, or does not name the host', () => {
  const { clock, load } = openWorld()
  const made = load()
  clock.jumpWall(-2 * DAY_MS)
  const earlier = load()
  const renamed = load({ dnsNames: ['gw.example'], ipAddresses: ['192.0.2.7'] })
  expect(new X509Certificate(renamed.certificatePem).checkHost('gw.example')).toBe('gw.example')
  expect(new X509Certificate(renamed.certificatePem).checkIP('192.0.2.7')).toBe('192.0.2.7')
  expect(new Set([made, earlier, renamed].map(({ certificatePem }) => certificatePem)).size).toBe(3)
  expect(new Set([made, earlier, renamed].map(({ pin }) => pin)).size).toBe(1)
})

test('a run that was cut off after the key is completed with that key', () => {
  const { load } = openWorld()
  const made = load()
  rmSync(`${folder}/certificate.pem`)
  expect(load().pin).toBe(made.pin)
})

test('a broken, foreign or missing key is refused by name, and nothing is overwritten', () => {
  const { load } = openWorld()
  load()
  const other = testCertificate()
  for (const key of ['', 'nonsense', other.privateKeyPem, other.certificatePem]) {
    writeFileSync(`${folder}/key.pem`, key)
    expect(() => load()).toThrow(ConfigurationInvalid)
    expect(() => load()).toThrow(folder)
    expect(readFileSync(`${folder}/key.pem`, 'utf8')).toBe(key)
  }
  rmSync(`${folder}/key.pem`)
  expect(() => load()).toThrow(/key\.pem is missing/)
  rmSync(`${folder}/certificate.pem`)
  writeFileSync(`${folder}/key.pem`, 'nonsense')
  expect(() => load()).toThrow(ConfigurationInvalid)
})

test('a folder that cannot be used is named', () => {
  writeFileSync(folder, 'a file')
  const { load } = openWorld()
  expect(() => load()).toThrow(ConfigurationInvalid)
  expect(() => load()).toThrow(folder)
})
