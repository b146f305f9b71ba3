import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePairing, readPairing, writePairing } from './pairing.ts'

const PIN = 'ab'.repeat(32)
const GATEWAY = { entityId: 'urn:x:gw', url: 'wss://127.0.0.1:8444/pne', pin: PIN }
const WRITTEN = { entityId: 'urn:x:watch', gateway: GATEWAY }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-pairing-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('is read as it was written, and only its owner can', () => {
  const file = join(folder, 'pne.json')
  writePairing(file, parsePairing(WRITTEN, 'here'))
  expect(readPairing(file)).toEqual(WRITTEN)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('without TLS on this machine no pin is needed', () => {
  const gateway = { entityId: 'urn:x:gw', url: 'ws://127.0.0.1:8444/pne' }
  expect(parsePairing({ entityId: 'urn:x:watch', gateway }, 'here').gateway).toEqual(gateway)
})

test('a pin in capitals is the same pin', () => {
  const gateway = { ...GATEWAY, pin: PIN.toUpperCase() }
  expect(parsePairing({ ...WRITTEN, gateway }, 'here').gateway.pin).toBe(PIN)
})

describe('refused, naming the field', () => {
  test.each([
    ['no object', 7, 'here: the whole'],
    ['no EntityID', { gateway: GATEWAY }, 'here: entityId'],
    ['no URI', { ...WRITTEN, entityId: 'watch' }, 'here: entityId: not a URI'],
    ['no gateway', { entityId: 'urn:x:watch' }, 'here: gateway'],
    ['a short pin', { ...WRITTEN, gateway: { ...GATEWAY, pin: 'ab' } }, 'gateway.pin: not 64 hex'],
    ['no pin', { ...WRITTEN, gateway: { ...GATEWAY, pin: undefined } }, 'gateway.pin: needed'],
    ['https', { ...WRITTEN, gateway: { ...GATEWAY, url: 'https://x/' } }, 'not a URL of the form'],
    ['plain text', { ...WRITTEN, gateway: { ...GATEWAY, url: 'ws://10.0.0.1/' } }, 'without TLS'],
    [
      'something more',
      { ...WRITTEN, colour: 'red' },
      'here: the whole: Unrecognized key: "colour"',
    ],
  ])('%s', (_name, value, message) => {
    expect(() => parsePairing(value, 'here')).toThrow(message)
  })

  test('a file that is not there, is no JSON, or cannot be written', () => {
    expect(() => readPairing(join(folder, 'none'))).toThrow('not paired yet')
    writeFileSync(join(folder, 'bad'), '{')
    expect(() => readPairing(join(folder, 'bad'))).toThrow('not JSON')
    const pairing = parsePairing(WRITTEN, 'here')
    expect(() => writePairing(join(folder, 'no', 'folder'), pairing)).toThrow('ENOENT')
  })
})
