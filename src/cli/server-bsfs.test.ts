import { describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { bsfOf, peerOf } from './server-bsfs.ts'

describe('--bsf', () => {
  test.each([
    ['bsf.example.org=127.0.0.1:3869', '127.0.0.1:3869'],
    ['bsf.example.org=bsf1.example.org@127.0.0.1:1', '127.0.0.1:1'],
    ['bsf.example.org=http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['bsf.example.org=soap+http://127.0.0.1:2/gba', 'http://127.0.0.1:2/gba'],
  ])('%s', (text, address) => {
    const bsf = bsfOf(text, {})
    let isUsable = true
    const zn = { isUsable: () => isUsable } as Parameters<typeof peerOf>[0]['zn']
    const peer = peerOf({ ...bsf, zn })
    expect([peer.name, peer.address, peer.isUsable()]).toEqual([
      'Zn bsf.example.org',
      address,
      true,
    ])
    isUsable = false
    expect(peer.isUsable()).toBe(false)
  })

  test('the realm is that of the flag, else the Origin-Host without its first label', () => {
    const text = 'bsf.example.org=bsf1.example.net@127.0.0.1:1'
    expect(bsfOf(text, {})).toMatchObject({ destinationRealm: 'example.net' })
    expect(bsfOf(text, { bsfRealm: 'home.org' })).toMatchObject({ destinationRealm: 'home.org' })
  })

  test.each(['bsf.example.org', 'bsf.example.org=', '=127.0.0.1:1', 'b c=127.0.0.1:1'])(
    '%s names the flag',
    (text) => {
      expect(() => bsfOf(text, {})).toThrow(ConfigurationInvalid)
      expect(() => bsfOf(text, {})).toThrow('--bsf')
    },
  )
})
