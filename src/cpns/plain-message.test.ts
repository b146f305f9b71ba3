import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { utf8 } from '../octets/octets.ts'
import { FULL_EXAMPLES, inNamespace } from './messages.fixture.ts'
import { decodeMessage } from './messages.ts'
import { assertPlainMessage } from './plain-message.ts'

const { ConnectRequest, AuthenticateResponse } = FULL_EXAMPLES
const CPNS = 'urn:oma:xml:cpns:core:1.1'

describe('profile cpns-1.0 accepts', () => {
  test.each(Object.entries(FULL_EXAMPLES))('a plain %s', (_, document) => {
    expect(() => assertPlainMessage(inNamespace(document))).not.toThrow()
  })

  test('an XML declaration, and our namespace by a prefix', () => {
    const document = `<?xml version="1.0"?><c:Disconnect xmlns:c="${CPNS}" TransactionID="A.b_c-9"/>`
    expect(() => assertPlainMessage(utf8(document))).not.toThrow()
  })
})

describe('profile cpns-1.0 refuses what is valid otherwise', () => {
  test.each([
    ['a comment', AuthenticateResponse.replace('><', '><!-- c --><'), 'XML'],
    ['a foreign attribute', ConnectRequest.replace(' R', ' xmlns:f="u" f:a="b" R'), 'f'],
    ['xml:lang', ConnectRequest.replace(' R', ' xml:lang="en" R'), 'lang'],
    ['a declaration alone', ConnectRequest.replace(' R', ' xmlns:f="u" R'), 'f'],
    ['a foreign element', AuthenticateResponse.replace('><', '><f xmlns="u"/><'), 'f'],
    ['a foreign attribute further in', AuthenticateResponse.replace(' H', ' xml:id="x" H'), 'id'],
    ['a TransactionID with a space', ConnectRequest.replace('"t"', '"t t"'), 'TransactionID'],
    ['a TransactionID with an accent', ConnectRequest.replace('"t"', '"é"'), 'TransactionID'],
  ])('%s', (_, document, field) => {
    const octets = inNamespace(document)
    expect(() => decodeMessage(octets)).not.toThrow()
    expect(() => assertPlainMessage(octets)).toThrow(InvalidMessage)
    expect(() => assertPlainMessage(octets)).toThrow(new RegExp(`^${field}: `))
  })
})
