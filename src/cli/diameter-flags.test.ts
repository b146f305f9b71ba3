import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import {
  DIAMETER_LISTEN,
  diameterListenerOf,
  diameterNamesOf,
  diameterTargetOf,
  fqdnsOf,
  listenerTlsOf,
  peerTlsOf,
  plainClientsOf,
  realmOf,
} from './diameter-flags.ts'

let folder: string
let pem: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-pem-'))
  pem = join(folder, 'x.pem')
  writeFileSync(pem, 'PEM')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a realm is the host without its first label, unless it is given', () => {
  expect(diameterNamesOf('hss.ims.example', undefined)).toEqual({
    originHost: 'hss.ims.example',
    originRealm: 'ims.example',
  })
  expect(diameterNamesOf('hss.ims.example', 'other.example').originRealm).toBe('other.example')
  expect(realmOf('--hss-realm', 'hss.ims.example', undefined)).toBe('ims.example')
})

test('a peer is a name and an address', () => {
  expect(diameterTargetOf('--hss', 'hss.ims.example=[::1]:3868')).toEqual({
    originHost: 'hss.ims.example',
    host: '::1',
    port: 3868,
  })
})

test.each(['hss.ims.example', '=127.0.0.1:1', 'a b=127.0.0.1:1', 'hss.x=y=1:1', 'hss.x=127.0.0.1'])(
  'no peer: %j',
  (text) => {
    expect(() => diameterTargetOf('--hss', text)).toThrow(ConfigurationInvalid)
    expect(() => diameterTargetOf('--hss', text)).toThrow('--hss')
  },
)

test('names of peers', () => {
  expect(fqdnsOf('--bsf', ['bsf.example', 'BSF2.example'])).toHaveLength(2)
  expect(fqdnsOf('--bsf')).toEqual([])
  expect(() => fqdnsOf('--bsf', ['no name'])).toThrow('--bsf')
})

describe('TLS', () => {
  test('a listener has all three files, or is clear', () => {
    expect(listenerTlsOf({})).toEqual({})
    expect(listenerTlsOf({ tlsCert: pem, tlsKey: pem, clientCa: pem })).toEqual({
      tls: { certificatePem: 'PEM', privateKeyPem: 'PEM', clientCa: 'PEM' },
    })
    expect(() => listenerTlsOf({ tlsCert: pem, tlsKey: pem })).toThrow('all three')
    const missing = join(folder, 'none')
    expect(() => listenerTlsOf({ tlsCert: missing, tlsKey: pem, clientCa: pem })).toThrow(
      '--tls-cert',
    )
  })

  test('is on port 5658 unless told otherwise, and clear Diameter on 3868', () => {
    const files = { tlsCert: pem, tlsKey: pem, clientCa: pem }
    const chosen = { host: '127.0.0.1', port: 3868 }
    expect(diameterListenerOf(DIAMETER_LISTEN, {})).toEqual({ host: '127.0.0.1', port: 3868 })
    expect(diameterListenerOf(DIAMETER_LISTEN, files)).toMatchObject({ port: 5658, tls: {} })
    expect(diameterListenerOf(chosen, files)).toMatchObject({ port: 3868, tls: {} })
  })

  test('a client trusts its CAs, and may show a certificate', () => {
    expect(peerTlsOf({})).toEqual({})
    expect(peerTlsOf({ peerCa: pem })).toEqual({ tls: { trust: { kind: 'ca', pem: 'PEM' } } })
    expect(peerTlsOf({ peerCa: pem, peerCert: pem, peerKey: pem }).tls?.certificate).toEqual({
      certificatePem: 'PEM',
      privateKeyPem: 'PEM',
    })
    expect(() => peerTlsOf({ peerCert: pem })).toThrow('--peer-ca')
    const peerPin = 'AB'.repeat(32)
    expect(peerTlsOf({ peerPin })).toEqual({
      tls: { trust: { kind: 'pin', sha256: 'ab'.repeat(32) } },
    })
    expect(() => peerTlsOf({ peerPin: 'ab' })).toThrow('--peer-pin: not 64 hex digits')
    expect(() => peerTlsOf({ peerPin, peerCa: pem })).toThrow('--peer-ca, --peer-pin: one of them')
  })
})

test('who asks without TLS, by address', () => {
  expect(plainClientsOf('--plain-client')).toEqual({})
  expect(plainClientsOf('--plain-client', ['127.0.0.1=naf.example', '::1=b.example'])).toEqual({
    '127.0.0.1': 'naf.example',
    '::1': 'b.example',
  })
  for (const word of ['naf.example', 'naf.example=127.0.0.1', '127.0.0.1=', '127.0.0.1=a=b']) {
    expect(() => plainClientsOf('--plain-client', [word])).toThrow('--plain-client')
  }
})
