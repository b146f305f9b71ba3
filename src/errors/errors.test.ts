import { describe, expect, test } from 'vitest'
import {
  AuthenticationFailed,
  ConfigurationInvalid,
  CpnsError,
  InvalidMessage,
  StoreFailed,
  TransportFailed,
  UnexpectedMessage,
  UnknownIdentity,
  Unsupported,
} from './errors.ts'

const cause = new Error('below')

describe('each error', () => {
  test.each([
    [new InvalidMessage('truncated', 'RAND', { cause }), 'invalid-message', 'InvalidMessage'],
    [new UnexpectedMessage('idle', 'challenge'), 'unexpected-message', 'UnexpectedMessage'],
    [new AuthenticationFailed('no', { cause }), 'authentication-failed', 'AuthenticationFailed'],
    [new UnknownIdentity('who'), 'unknown-identity', 'UnknownIdentity'],
    [new Unsupported('what'), 'unsupported', 'Unsupported'],
    [new TransportFailed('gone', { cause }), 'transport-failed', 'TransportFailed'],
    [new StoreFailed('full', { cause }), 'store-failed', 'StoreFailed'],
    [new ConfigurationInvalid('port', { cause }), 'configuration-invalid', 'ConfigurationInvalid'],
  ] as const)('%s has its code and name', (error, code, name) => {
    expect(error).toBeInstanceOf(CpnsError)
    expect(error).toBeInstanceOf(Error)
    expect(error.code).toBe(code)
    expect(error.name).toBe(name)
    expect(error.stack).toContain(error.message)
  })

  test('keeps its cause', () => {
    expect(new StoreFailed('full', { cause }).cause).toBe(cause)
    expect('cause' in new StoreFailed('full')).toBe(false)
  })
})

test('InvalidMessage says which field and why', () => {
  const error = new InvalidMessage('over 255 octets', 'EntityID')
  expect(error).toMatchObject({
    message: 'EntityID: over 255 octets',
    reason: 'over 255 octets',
    field: 'EntityID',
  })
})

test('UnexpectedMessage says what came and when', () => {
  const error = new UnexpectedMessage('connected', 'ConnectResponse')
  expect(error).toMatchObject({
    message: 'ConnectResponse is not expected in state connected',
    state: 'connected',
    event: 'ConnectResponse',
  })
})
