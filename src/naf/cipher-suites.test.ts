import { expect, test } from 'vitest'
import { cipherSuiteOf, uaIdOfHttpDigest } from './cipher-suites.ts'

test.each([
  ['TLS_AES_128_GCM_SHA256', 0x1301],
  ['TLS_AES_256_GCM_SHA384', 0x1302],
  ['TLS_CHACHA20_POLY1305_SHA256', 0x1303],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 0xc02f],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 0xc02c],
  ['TLS_RSA_WITH_AES_128_CBC_SHA', 0x002f],
])('%s', (name, value) => {
  expect(cipherSuiteOf(name)).toBe(value)
})

test.each(['', 'toString', 'TLS_NULL_WITH_NULL_NULL', 'ECDHE-RSA-AES128-GCM-SHA256'])(
  '%j is in no table',
  (name) => {
    expect(cipherSuiteOf(name)).toBeUndefined()
  },
)

test.each([
  [undefined, '0100000002'],
  [0xc02f, '010001c02f'],
  [0x1301, '0100011301'],
])('HTTP Digest inside suite %s', (suite, uaId) => {
  expect(uaIdOfHttpDigest(suite)).toBe(uaId)
})
