import { expect, test } from 'vitest'
import { toHex } from '../octets/octets.ts'
import { encodeAccessRule } from './access-rules.ts'

test('each condition in its expanded form', () => {
  expect(toHex(encodeAccessRule({ read: 'always', update: 'adm' }))).toBe(
    '8001019000800102a40683010a9501088001589700',
  )
  expect(toHex(encodeAccessRule({ read: 'pin', update: 'never' }))).toBe(
    '800101a40683010195010880010297008001589700',
  )
})
