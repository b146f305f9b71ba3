import { expect, test } from 'vitest'
import { fromHex, toHex } from '../octets/octets.ts'
import { hideCommandSecrets, hideResponseSecrets } from './hide-secrets.ts'

const AUTHENTICATE = fromHex('0088008102aabb00')

test.each([
  ['VERIFY PIN', '0020000108313233344fffffff', '00200001080000000000000000'],
  ['SELECT keeps its file', '00a40004023f00', '00a40004023f00'],
  ['AUTHENTICATE keeps RAND and AUTN', '0088008102aabb00', '0088008102aabb00'],
  ['a command without data', '00f200000a', '00f200000a'],
])('command: %s', (_, command, hidden) => {
  expect(toHex(hideCommandSecrets(fromHex(command)))).toBe(hidden)
})

test.each([
  ['RES, CK and IK lose their values', 'db02aaaa03bbbbbb01cc9000', 'db02000003000000010' + '09000'],
  ['a length that lies', 'dbff1122339000', 'dbff0000009000'],
  ['AUTS is public', 'dc0211229000', 'dc0211229000'],
  ['a status word alone', '6982', '6982'],
  ['one octet', '90', '90'],
])('answer to AUTHENTICATE: %s', (_, response, hidden) => {
  expect(toHex(hideResponseSecrets(fromHex(response), AUTHENTICATE))).toBe(hidden)
})

test('the session key of CONFIRM EUKEY goes, the data of a file stays', () => {
  const confirm = fromHex('803e000001aa20')
  expect(toHex(hideResponseSecrets(fromHex('aabb9000'), confirm))).toBe('00009000')
  const read = fromHex('00b0000002')
  expect(toHex(hideResponseSecrets(fromHex('aabb9000'), read))).toBe('aabb9000')
})

test('what is given stays as it is', () => {
  const response = fromHex('db01aa9000')
  hideResponseSecrets(response, AUTHENTICATE)
  expect(toHex(response)).toBe('db01aa9000')
})
