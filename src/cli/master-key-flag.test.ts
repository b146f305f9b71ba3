import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { masterKeySourceOf } from './master-key-flag.ts'

test.each([
  [undefined, undefined],
  ['file:/a b/key', { kind: 'file', path: '/a b/key' }],
  ['env:KEY', { kind: 'environment', name: 'KEY', value: 'v' }],
  ['env:NONE', { kind: 'environment', name: 'NONE', value: undefined }],
  [
    'command:secret-tool lookup app  cpns',
    { kind: 'command', command: 'secret-tool', args: ['lookup', 'app', 'cpns'] },
  ],
])('%s', (text, source) => {
  expect(masterKeySourceOf(text, { KEY: 'v' })).toEqual(source)
})

test.each(['key', 'file:', 'command: ', 'vault:x'])('%s is no source', (text) => {
  expect(() => masterKeySourceOf(text, {})).toThrow(ConfigurationInvalid)
})
