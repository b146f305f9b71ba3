import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseGuss } from '../gba/guss.ts'
import { fromHex } from '../octets/octets.ts'
import { type AddFlags, changeOfFlags, subscriberOfFlags } from './subscriber-flags.ts'

const K = '465b5ce8b199b49faa5f0a2ee238a6bc'
const OPC = 'cd63cb71954a9f4e48a5994e37a02baf'
const FLAGS: AddFlags = {
  impi: 'alice@ims.example',
  algorithm: 'milenage',
  k: K,
  opc: OPC,
  amf: '8000',
  uiccType: 'GBA_U',
}
const TUAK: AddFlags = {
  impi: 'alice@ims.example',
  algorithm: 'tuak',
  k: K + K,
  topc: OPC + OPC,
  amf: '0000',
  uiccType: 'GBA',
}

test('MILENAGE', () => {
  const subscriber = subscriberOfFlags({ ...FLAGS, keyLifetime: 60 })
  expect(subscriber).toMatchObject({ impi: 'alice@ims.example', algorithm: 'milenage' })
  expect(subscriber.subscriberKey.reveal()).toEqual(fromHex(K))
  expect(subscriber.operatorVariant.reveal()).toEqual(fromHex(OPC))
  expect(subscriber.amf).toEqual(fromHex('8000'))
  expect(subscriber.tuak).toBeUndefined()
  expect(parseGuss(subscriber.guss ?? '')).toEqual({
    id: 'alice@ims.example',
    uiccType: 'GBA_U',
    lifeTimeSeconds: 60,
    ussList: [],
  })
})

test('TUAK, with both lengths of K', () => {
  const subscriber = subscriberOfFlags(TUAK)
  expect(subscriber.subscriberKey.length).toBe(32)
  expect(subscriber.operatorVariant.length).toBe(32)
  expect(subscriber.tuak).toMatchObject({ resLength: 8, iterations: 1 })
  expect(parseGuss(subscriber.guss ?? '')).toMatchObject({ uiccType: 'GBA' })
  expect(subscriberOfFlags({ ...TUAK, k: K }).subscriberKey.length).toBe(16)
})

const WRONG: readonly (readonly [message: string, flags: AddFlags])[] = [
  ['--impi: not of the form user@domain', { ...FLAGS, impi: 'alice' }],
  ['--k: not 32 hex digits', { ...FLAGS, k: K + K }],
  ['--k: not 32 or 64 hex digits', { ...TUAK, k: 'ab' }],
  ['--k: not an even number of hex digits', { ...FLAGS, k: 'secretkey' }],
  ['--opc: not 32 hex digits', { ...FLAGS, opc: 'ab' }],
  ['--topc: not 64 hex digits', { ...TUAK, topc: OPC }],
  ['--topc: milenage takes opc', { ...FLAGS, topc: OPC }],
  ['--opc: tuak takes topc', { ...TUAK, opc: OPC }],
  ['--amf: not 4 hex digits', { ...FLAGS, amf: '00' }],
]

test.each(WRONG)('%s', (message, flags) => {
  expect(() => subscriberOfFlags(flags)).toThrow(new ConfigurationInvalid(message))
})

test('OPc or TOPc is missing', () => {
  const bare = { impi: 'alice@ims.example', k: K, amf: '0000', uiccType: 'GBA' } as const
  expect(() => subscriberOfFlags({ ...bare, algorithm: 'milenage' })).toThrow(
    '--opc: it is missing',
  )
  expect(() => subscriberOfFlags({ ...bare, algorithm: 'tuak' })).toThrow('--topc: it is missing')
})

test('a change is made of the subscriber as it is then; what is wrong names the flag', () => {
  const before = subscriberOfFlags(FLAGS)
  const after = changeOfFlags({ uiccType: 'GBA', keyLifetime: 'none' })(before)
  expect(parseGuss(after.guss ?? '')).toMatchObject({ uiccType: 'GBA' })
  expect(after.subscriberKey.reveal()).toEqual(fromHex(K))
  expect(() => changeOfFlags({ topc: OPC })(before)).toThrow('--topc: milenage takes opc')
  expect(() => changeOfFlags({ guss: '/nowhere.xml' })).toThrow('--guss /nowhere.xml: cannot be')
})
