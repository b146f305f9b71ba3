import { describe, expect, test } from 'vitest'
import { valueFault } from './config-values.ts'

describe('values that can be', () => {
  test.each([
    ['hss', 'bsf', ['bsf.ims.example']],
    ['bsf', 'name', 'bsf.ims.example'],
    ['bsf', 'hss', ['hss.ims.example=127.0.0.1:3868', 'relay.ims.example=[::1]:3868']],
    ['bsf', 'naf', ['cpns.example.org=cpns.example.org;group=cpns']],
    ['server', 'bsf', ['bsf.ims.example=soap+https://[::1]:1']],
    ['server', 'entity', 'urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a20'],
    ['gateway', 'reader', 'pcsc'],
    ['gateway', 'masterKey', 'command:unseal cpns'],
    ['gateway', 'pnAlias', 'anything'],
  ])('%s %s %j', (entity, key, value) => {
    expect(valueFault(entity, key, value)).toBeUndefined()
  })
})

describe('values that cannot', () => {
  test.each([
    ['hss', 'bsf', ['good.example', 'a bad one'], ''],
    ['bsf', 'name', 'a b', ''],
    ['bsf', 'hss', ['hss.ims.example'], 'is not ORIGIN-HOST=HOST:PORT'],
    ['bsf', 'hssUrl', 'ftp://x', 'not a URL'],
    ['bsf', 'challengeUnknown', '00', 'not 4 hex digits'],
    ['bsf', 'peerPin', 'ab', 'not 64 hex digits'],
    ['bsf', 'plainClient', ['here=x'], 'is not IP=NAME'],
    ['server', 'bsf', ['bsf.ims.example'], 'not BSF-NAME=HOST:PORT'],
    ['server', 'algorithm', ['MD5'], 'not one of HMAC-SHA-256'],
    ['gateway', 'serverUrl', 'http://cpns.example.org/cpns', 'without TLS'],
    ['gateway', 'reader', 'usb', 'neither software:FILE'],
    ['gateway', 'masterKey', 'secret-word', 'neither file:PATH'],
  ])('%s %s %j', (entity, key, value, reason) => {
    const fault = valueFault(entity, key, value)
    expect(fault).toBeTypeOf('string')
    expect(fault).toContain(reason)
    expect(fault).not.toMatch(/^:|^--|secret-word/)
  })
})
