import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeNewCardProfile } from '../adapters/card/card-profile-file.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { testProfile } from '../uicc/uicc.fixture.ts'
import { bsfUrlOf, cardApplicationOption, cardSettingsOf, withCard } from './card-flags.ts'

let data: string
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'cpns-card-flags-'))
  await writeNewCardProfile(join(data, 'usim.json'), testProfile())
  writeFileSync(join(data, 'pin'), ' 1234\n')
  writeFileSync(join(data, 'no-pin'), 'abcd')
  writeFileSync(join(data, 'ca.pem'), 'PEM')
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

test('the card in the folder, unless another reader is named', () => {
  expect(cardSettingsOf({ data: './gw' })).toEqual({ reader: 'software:./gw/usim.json' })
  expect(cardSettingsOf({ data: './gw', reader: 'pcsc' })).toEqual({ reader: 'pcsc' })
  expect(() => cardSettingsOf({})).toThrow('--reader or --data')
})

test('PIN and BSF', () => {
  const settings = cardSettingsOf({
    reader: 'pcsc',
    cardPinFile: join(data, 'pin'),
    bsfUrl: 'http://127.0.0.1:8080',
    bsfName: 'BSF.example.org',
  })
  expect(settings).toMatchObject({ bsfUrl: 'http://127.0.0.1:8080', bsfName: 'bsf.example.org' })
  expect(Buffer.from(settings.cardPin?.reveal() ?? []).toString()).toBe('1234')
})

test('Ub is spoken at the URL that is configured, else at the name that is, else at that of the card', () => {
  const card = { bsfName: parseFqdn('bsf.card.example') }
  const bsfName = parseFqdn('bsf.example.org')
  const bsfUrl = 'http://127.0.0.1:8080'
  expect(bsfUrlOf({}, card)).toBe('http://bsf.card.example')
  expect(bsfUrlOf({ bsfName }, card)).toBe('http://bsf.example.org')
  expect(bsfUrlOf({ bsfName, bsfUrl }, card)).toBe(bsfUrl)
})

test('the application that is named, else the first that the card has', async () => {
  const nameOf = (flags: object) =>
    withCard(cardSettingsOf({ data, ...flags }), async ({ card }) => card.application)
  expect(await nameOf({})).toBe('USIM')
  expect(await nameOf({ cardApplication: 'isim' })).toBe('ISIM')
  expect(await nameOf({ cardApplication: 'csim' })).toBe('CSIM')
  expect(cardApplicationOption().argChoices).toEqual(['usim', 'isim', 'csim'])
})

test('how a BSF with TLS is known', () => {
  const bsfUrl = 'https://bsf.example.org'
  const trustOf = (flags: object) => cardSettingsOf({ reader: 'pcsc', bsfUrl, ...flags }).bsfTrust
  expect(trustOf({})).toBeUndefined()
  expect(trustOf({ bsfPin: 'AB'.repeat(32) })).toEqual({ kind: 'pin', sha256: 'ab'.repeat(32) })
  expect(trustOf({ bsfCa: join(data, 'ca.pem') })).toEqual({ kind: 'ca', pem: 'PEM' })
  const both = { bsfPin: 'ab'.repeat(32), bsfCa: join(data, 'ca.pem') }
  expect(() => trustOf(both)).toThrow('--bsf-pin, --bsf-ca: one of them')
  expect(() => trustOf({ bsfPin: 'ab' })).toThrow('--bsf-pin: not 64 hex digits')
  expect(() => trustOf({ bsfCa: '/nowhere' })).toThrow('--bsf-ca /nowhere: cannot be read')
})

test('without TLS to the BSF nothing would be checked', () => {
  const bsfPin = 'ab'.repeat(32)
  for (const bsfUrl of [undefined, 'http://bsf.example.org']) {
    const flags = { reader: 'pcsc', bsfPin, ...(bsfUrl && { bsfUrl }) }
    expect(() => cardSettingsOf(flags)).toThrow('--bsf-pin: needs --bsf-url with https')
  }
  expect(() => cardSettingsOf({ reader: 'pcsc', bsfCa: 'x' })).toThrow('--bsf-ca: needs')
})

test.each([
  ['--bsf-name', () => ({ reader: 'pcsc', bsfName: '192.0.2.1' })],
  ['--card-pin-file', () => ({ reader: 'pcsc', cardPinFile: join(data, 'no-pin') })],
  ['--card-pin-file', () => ({ reader: 'pcsc', cardPinFile: join(data, 'nowhere') })],
])('%s that is wrong', (flag, flags) => {
  expect(() => cardSettingsOf(flags())).toThrow(flag)
})

test('card and BSF are closed, whatever comes of the work', async () => {
  const settings = cardSettingsOf({ data })
  expect(await withCard(settings, async ({ card }) => card.application)).toBe('USIM')
  const failing = withCard(settings, () => Promise.reject(new RangeError('mine')))
  await expect(failing).rejects.toThrow('mine')
  const wrong = withCard({ ...settings, bsfUrl: 'bsf' }, async () => 0)
  await expect(wrong).rejects.toMatchObject({ code: 'configuration-invalid' })
  await expect(withCard({ reader: 'usb' }, async () => 0)).rejects.toThrow('reader usb')
})
