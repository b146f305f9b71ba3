import { expect, test } from 'vitest'
import { joinSaid } from './say.ts'
import { bsfsSaid, serverSaid } from './server-said.ts'

const SERVER = {
  entityId: 'urn:uuid:5e0f1d3e-5a64-4c8b-8f5d-2f6e8d1c9a22',
  nafFqdn: 'cpns.example.org',
  url: 'https://127.0.0.1:8443/cpns',
  pin: 'ab'.repeat(32),
}

test('where nothing else is served, nothing is said of it', () => {
  const { fields, lines } = serverSaid({ ...SERVER, apiUrl: undefined })
  expect(lines).toHaveLength(3)
  expect(JSON.parse(JSON.stringify(fields))).toEqual({
    entityId: SERVER.entityId,
    nafFqdn: SERVER.nafFqdn,
    cpns2: SERVER.url,
    pin: SERVER.pin,
  })
})

test('all that is served, and BSFs of every form', () => {
  const more = { pskUrl: 'https://127.0.0.1:8446/cpns', apiUrl: 'https://127.0.0.1:8445' }
  const bsfs = bsfsSaid([
    { bsfName: 'a.example', target: { host: '::1', port: 3868 } },
    { bsfName: 'b.example', url: 'https://b.example', isWebService: false },
    { bsfName: 'c.example', url: 'https://c.example', isWebService: true },
  ])
  const { fields, lines } = joinSaid([serverSaid({ ...SERVER, ...more }), bsfs])
  expect(fields).toMatchObject({ psk: more.pskUrl, api: more.apiUrl })
  expect(fields.bsfs).toEqual([
    { bsfName: 'a.example', address: '[::1]:3868', form: 'Diameter' },
    { bsfName: 'b.example', address: 'https://b.example', form: 'HTTP/2' },
    { bsfName: 'c.example', address: 'https://c.example', form: 'web service' },
  ])
  expect(lines.slice(3)).toEqual([
    `PSK-TLS ${more.pskUrl}`,
    `API     ${more.apiUrl}`,
    'BSF     a.example at [::1]:3868 (Diameter)',
    'BSF     b.example at https://b.example (HTTP/2)',
    'BSF     c.example at https://c.example (web service)',
  ])
})
