import { expect, test } from 'vitest'
import { isServiceAddress, serviceAddress } from './services.ts'

test.each(['echo', 'a', '0', 'my.service-2', `a${'b'.repeat(62)}`])('%s is a name', (name) => {
  expect(serviceAddress(name)).toBe(`urn:cpns:service:${name}`)
  expect(isServiceAddress(serviceAddress(name))).toBe(true)
})

test.each(['', 'Echo', '-a', '.a', 'a b', 'a:b', 'ä', `a${'b'.repeat(63)}`])(
  '"%s" is none',
  (name) => {
    expect(() => serviceAddress(name)).toThrow(RangeError)
  },
)

test.each(['urn:uuid:1', 'urn:cpns:serviceecho', 'URN:cpns:service:echo'])(
  '%s is the address of an entity',
  (address) => {
    expect(isServiceAddress(address)).toBe(false)
  },
)
