import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { assertOpenFiles, openFileLimit } from './open-file-limit.ts'

test('the limit is that of the shell, raised to the hard one by the platform', () => {
  const hard = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  expect(openFileLimit()).toBe(hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard))
})

test('too many connections: how high the limit has to be, and how it is raised', () => {
  expect(() => assertOpenFiles(900, 1000)).not.toThrow()
  expect(() => assertOpenFiles(901, 1000)).toThrow(ConfigurationInvalid)
  expect(() => assertOpenFiles(901, 1000)).toThrow(/limit is 1000: raise it with ulimit -n 1001$/)
  expect(() => assertOpenFiles(901, Number.POSITIVE_INFINITY)).not.toThrow()
})
