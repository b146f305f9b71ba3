import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../octets/octets.ts'
import { ALGORITHMS, chooseAlgorithm, handshakeAlgorithm } from './algorithms.ts'
import { euKey, HANDSHAKE_VECTORS } from './handshake-vectors.fixture.ts'
import { FULL_EXAMPLES, inNamespace } from './messages.fixture.ts'

describe.each(HANDSHAKE_VECTORS)('vector $id', (vector) => {
  const algorithm = handshakeAlgorithm(vector.algorithm)
  const { connectRequest, authenticateRequest, authenticateResponse } = vector.messages
  const kept = [connectRequest, authenticateRequest, authenticateResponse].map((message) =>
    algorithm.keep(utf8(message)),
  )

  test('digests of what is kept', () => {
    expect(kept.map((one) => toHex(algorithm.digestOf(one)))).toEqual(vector.digests)
  })

  test('HASHes over what is kept', () => {
    const client = algorithm.hash(euKey(), 'connect-client', kept.slice(0, 2))
    expect(toHex(client)).toBe(vector.clientHash)
    expect(toHex(algorithm.hash(euKey(), 'connect-server', kept))).toBe(vector.serverHash)
  })
})

test('only profile cpns-1.0 keeps whole messages, and is strict about them', () => {
  const message = inNamespace(FULL_EXAMPLES.Disconnect.replace('"t"', '"t t"'))
  expect(handshakeAlgorithm('HMAC-SHA-256').keep(message)).toHaveLength(32)
  expect(handshakeAlgorithm('SHA-1').keep(message)).toEqual(message)
  expect(() => handshakeAlgorithm('HMAC-SHA-256').assertMessage(message)).not.toThrow()
  expect(() => handshakeAlgorithm('SHA-1').assertMessage(message)).toThrow('TransactionID')
})

test('the table has a row for every name', () => {
  expect(ALGORITHMS.map((name) => typeof handshakeAlgorithm(name).hash)).toEqual([
    'function',
    'function',
  ])
})

describe('choosing', () => {
  test.each([
    [['HMAC-SHA-256', 'SHA-1'], ['SHA-1', 'HMAC-SHA-256'], 'HMAC-SHA-256'],
    [['SHA-1', 'HMAC-SHA-256'], ['HMAC-SHA-256', 'SHA-1'], 'SHA-1'],
    [['HMAC-SHA-256'], ['SHA3-512', 'HMAC-SHA-256'], 'HMAC-SHA-256'],
    [['HMAC-SHA-256'], ['SHA-1'], undefined],
    [['HMAC-SHA-256'], ['hmac-sha-256', 'toString'], undefined],
    [[], ['HMAC-SHA-256'], undefined],
  ] as const)('accepted %j, offered %j: %s', (accepted, offered, chosen) => {
    expect(chooseAlgorithm(accepted, offered)).toBe(chosen)
  })
})
