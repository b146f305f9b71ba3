import { expect, test } from 'vitest'
import { dnsNamesOf } from './client-name.ts'

test.each<[string, readonly string[]]>([
  ['DNS:NAF.example.org, DNS:b.example', ['naf.example.org', 'b.example']],
  ['IP Address:127.0.0.1, DNS:a.example', ['a.example']],
  ['DNS:"a.example, DNS:b.example"', []],
  ['DNS:"a.example, DNS:b.example, DNS:c.example"', []],
  ['URI:"http://a, DNS:b.example, c", DNS:d.example', ['d.example']],
  ['othername:SmtpUTF8Mailbox:"\\", DNS:b.example, ", DNS:d.example', ['d.example']],
  ['DNS:a.example, DirName:"CN=x, DNS:b.example', ['a.example']],
  ['DNS:*.example.org', []],
  ['DNS:*.example.org, DNS:naf.example.org', ['naf.example.org']],
  ['email:a@b.example', []],
  ['', []],
])('%s', (subjectAltName, names) => {
  expect(dnsNamesOf(subjectAltName)).toEqual(names)
})
