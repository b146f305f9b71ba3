import { Command } from 'commander'
import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { algorithmOption, algorithmsOf } from './algorithm-flag.ts'

test('cpns-1.0 is off unless it is asked for', () => {
  expect(algorithmsOf(undefined)).toEqual(['HMAC-SHA-256'])
})

test('the order is the one that is given, in one flag or several', () => {
  const command = new Command().addOption(algorithmOption('offered'))
  command.parse(['--algorithm', 'SHA-1', '--algorithm', 'HMAC-SHA-256'], { from: 'user' })
  expect(algorithmsOf(command.opts().algorithm)).toEqual(['SHA-1', 'HMAC-SHA-256'])
})

test.each([[[]], [['sha-1']], [['SHA-1', 'SHA-1']], [['MD5', 'SHA-1']]])('%j', (words) => {
  expect(() => algorithmsOf(words)).toThrow(ConfigurationInvalid)
  expect(() => algorithmsOf(words)).toThrow('--algorithm: not one of HMAC-SHA-256, SHA-1')
})
