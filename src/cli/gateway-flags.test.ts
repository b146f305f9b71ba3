import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { type GatewayFlags, gatewaySettingsOf, neededGatewayFlags } from './gateway-flags.ts'

const PIN = 'Ab'.repeat(32)
const FLAGS: GatewayFlags = {
  data: './gw',
  entity: 'urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a20',
  serverUrl: 'https://CPNS.example.org:8443/cpns',
  uaId: UA_ID_CPNS,
  listen: { host: '127.0.0.1', port: 8444 },
  pnLifetime: 3600,
  renewAhead: 30,
  auth: 'gba',
  gbaFailure: 'refuse',
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-gateway-flags-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fileWith(text: string): string {
  const file = join(folder, 'file')
  writeFileSync(file, text)
  return file
}

test('what has no default must come from somewhere', () => {
  expect(neededGatewayFlags(FLAGS)).toEqual(FLAGS)
  const { entity: _, ...nobody } = FLAGS
  expect(() => neededGatewayFlags(nobody)).toThrow('--entity: needed')
})

test('defaults: names from the server URL and the card, trust from the system', () => {
  expect(gatewaySettingsOf(FLAGS)).toEqual({
    entityId: FLAGS.entity,
    server: { url: FLAGS.serverUrl, trust: { kind: 'system' } },
    nafId: { nafFqdn: 'cpns.example.org', uaId: UA_ID_CPNS },
    reader: 'software:./gw/usim.json',
    listen: { host: '127.0.0.1', port: 8444 },
    renewAheadMs: 30_000,
    algorithms: ['HMAC-SHA-256'],
    pn: { lifetimeSeconds: 3600 },
    auth: 'gba',
    gbaFailure: 'refuse',
  })
})

test('everything given', () => {
  const settings = gatewaySettingsOf({
    ...FLAGS,
    serverUrl: 'https://192.0.2.1/cpns',
    nafFqdn: 'NAF.example.org',
    uaId: '0100000002',
    pin: PIN,
    bsfUrl: 'http://127.0.0.1:8080',
    bsfName: 'bsf.example.org',
    reader: 'pcsc',
    cardPinFile: fileWith('1234\n'),
  })
  expect(settings).toMatchObject({
    server: { url: 'https://192.0.2.1/cpns', trust: { kind: 'pin', sha256: PIN.toLowerCase() } },
    nafId: { nafFqdn: 'naf.example.org', uaId: '0100000002' },
    bsfUrl: 'http://127.0.0.1:8080',
    bsfName: 'bsf.example.org',
    reader: 'pcsc',
  })
  expect(Buffer.from(settings.cardPin?.reveal() ?? []).toString()).toBe('1234')
})

test('authorities of a file', () => {
  const { server } = gatewaySettingsOf({ ...FLAGS, ca: fileWith('PEM') })
  expect(server).toMatchObject({ trust: { kind: 'ca', pem: 'PEM' } })
})

test('PSK-TLS in place of a certificate', () => {
  const { server } = gatewaySettingsOf({ ...FLAGS, psk: '1.2' })
  expect(server).toEqual({ url: FLAGS.serverUrl, psk: '1.2' })
})

const WRONG: readonly (readonly [message: string, flags: Partial<GatewayFlags>])[] = [
  ['--entity: ', { entity: 'gateway' }],
  ['is not a URL of the form https://host:port/path', { serverUrl: 'cpns.example.org' }],
  ['without TLS only this machine', { serverUrl: 'http://cpns.example.org/cpns' }],
  ['--naf-fqdn: the server URL has an IP address', { serverUrl: 'https://[::1]:1/cpns' }],
  ['--naf-fqdn: an IP address, not a domain name', { nafFqdn: '192.0.2.1' }],
  ['--ua-id: not 10 hex digits', { uaId: 'ff' }],
  ['--pin: not 64 hex digits', { pin: 'ff' }],
  ['--ca /nowhere: cannot be read (ENOENT)', { ca: '/nowhere' }],
  ['--bsf-name: not a domain name', { bsfName: 'a b' }],
  ['--pn-alias: not 1 to 64 characters', { pnAlias: '' }],
  ['--pn-alias: not 1 to 64 characters', { pnAlias: 'a\nb' }],
  ['--pn-lifetime: not 2 to 31536000 seconds', { pnLifetime: 1 }],
  ['--card-pin-file /nowhere: cannot be read (ENOENT)', { cardPinFile: '/nowhere' }],
]

test.each(WRONG)('%s', (message, flags) => {
  const read = () => gatewaySettingsOf({ ...FLAGS, ...flags })
  expect(read).toThrow(ConfigurationInvalid)
  expect(read).toThrow(message)
})

test('a PIN that is none is not shown', () => {
  const file = fileWith('12x4')
  const read = () => gatewaySettingsOf({ ...FLAGS, cardPinFile: file })
  expect(read).toThrow(`--card-pin-file ${file}: a PIN has 4 to 8 digits`)
})

test('auto takes the card if its file is there, and any other reader; else the password', () => {
  const authWith = (reader: string) => gatewaySettingsOf({ ...FLAGS, auth: 'auto', reader }).auth
  expect(authWith(`software:${fileWith('broken')}`)).toBe('gba')
  expect(authWith('pcsc')).toBe('gba')
  expect(authWith(`software:${folder}/none`)).toBe('password')
  const byPassword = gatewaySettingsOf({ ...FLAGS, auth: 'password' })
  expect(byPassword.nafId).toBeUndefined()
})

test.each([
  ['over plain text', { serverUrl: 'http://127.0.0.1:1/cpns', nafFqdn: 'a.example' }],
  ['over PSK-TLS', { psk: '1.3' }],
] as const)('a password in place of a card %s is refused (M-8)', (_, change) => {
  const flags: GatewayFlags = { ...FLAGS, ...change, gbaFailure: 'password' }
  expect(() => gatewaySettingsOf(flags)).toThrow('--gba-failure password needs TLS')
  expect(() => gatewaySettingsOf({ ...flags, gbaFailure: 'refuse' })).not.toThrow()
})

test('PSK-TLS without a card is refused', () => {
  const flags: GatewayFlags = { ...FLAGS, psk: '1.2', auth: 'password' }
  expect(() => gatewaySettingsOf(flags)).toThrow(ConfigurationInvalid)
})
