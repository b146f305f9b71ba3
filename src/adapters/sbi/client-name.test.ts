import { expect, test } from 'vitest'
import { firstDnsName } from './client-name.ts'

test.each([
  ['DNS:NAF.example.org, DNS:b.example', 'naf.example.org'],
  ['IP Address:127.0.0.1, DNS:a.example', 'a.example'],
  ['DNS:"a.example, DNS:b.example"', undefined],
  ['DNS:*.example.org', undefined],
  ['DNS:*.example.org, DNS:naf.example.org', 'naf.example.org'],
  ['email:a@b.example', undefined],
  ['', undefined],
])('%s', (subjectAltName, name) => {
  expect(firstDnsName(subjectAltName)).toBe(name)
})
