import { describe, expect, test } from 'vitest'
import { expectEachAvpGuarded } from './avp-guard.fixture.ts'
import { CAPABILITIES_EXCHANGE, DEVICE_WATCHDOG, DISCONNECT_PEER } from './base-commands.ts'
import { describeCapabilities } from './capabilities.ts'
import { readAnswer, readRequest, writeAnswer, writeRequest } from './command.ts'
import { failureOf, node } from './diameter.fixture.ts'
import { decodeMessage, encodeMessage } from './message.ts'

const IDS = { hopByHop: 1, endToEnd: 2 }
const ORIGIN = { originHost: 'bsf.example.org', originRealm: 'example.org' }

test.each([
  ['CER', CAPABILITIES_EXCHANGE, 257],
  ['DWR', DEVICE_WATCHDOG, 280],
  ['DPR', DISCONNECT_PEER, 282],
])('%s: code, application 0, not proxiable', (_name, command, code) => {
  expect([command.code, command.applicationId, command.proxiable]).toEqual([code, 0, false])
})

describe('a round trip over octets', () => {
  test('CER and CEA', () => {
    const values = describeCapabilities(node())
    const cer = decodeMessage(encodeMessage(writeRequest(CAPABILITIES_EXCHANGE, values, IDS)))
    expect(readRequest(CAPABILITIES_EXCHANGE, cer)).toEqual(values)
    const cea = writeAnswer(CAPABILITIES_EXCHANGE, { resultCode: 2001, ...values }, cer)
    expect(readAnswer(CAPABILITIES_EXCHANGE, decodeMessage(encodeMessage(cea)))).toEqual({
      resultCode: 2001,
      ...values,
    })
  })

  test('DWR, with and without Origin-State-Id', () => {
    for (const values of [ORIGIN, { ...ORIGIN, originStateId: 5 }]) {
      const dwr = decodeMessage(encodeMessage(writeRequest(DEVICE_WATCHDOG, values, IDS)))
      expect(readRequest(DEVICE_WATCHDOG, dwr)).toEqual(values)
    }
  })

  test('DPR with its cause', () => {
    const values = { ...ORIGIN, disconnectCause: 'BUSY' } as const
    const dpr = decodeMessage(encodeMessage(writeRequest(DISCONNECT_PEER, values, IDS)))
    expect(readRequest(DISCONNECT_PEER, dpr)).toEqual(values)
  })
})

test('a CER without Host-IP-Address is read: nothing depends on it; one without Vendor-Id is not', () => {
  const cer = writeRequest(CAPABILITIES_EXCHANGE, describeCapabilities(node()), IDS)
  const without = (code: number) => ({ ...cer, avps: cer.avps.filter((avp) => avp.code !== code) })
  expect(readRequest(CAPABILITIES_EXCHANGE, without(257)).hostIpAddresses).toEqual([])
  expect(failureOf(() => readRequest(CAPABILITIES_EXCHANGE, without(266)))).toMatchObject({
    resultCode: 5005,
    failedAvp: { code: 266, data: new Uint8Array(4) },
  })
})

test('as many Supported-Vendor-Ids as a message can hold', () => {
  const supportedVendorIds = Array.from({ length: 240 }, (_, n) => n)
  const values = { ...describeCapabilities(node()), supportedVendorIds }
  const cer = decodeMessage(encodeMessage(writeRequest(CAPABILITIES_EXCHANGE, values, IDS)))
  expect(readRequest(CAPABILITIES_EXCHANGE, cer)).toEqual(values)
})

test('a refusal has no more than result and origin', () => {
  const cer = writeRequest(CAPABILITIES_EXCHANGE, describeCapabilities(node()), IDS)
  const avps = writeAnswer(DEVICE_WATCHDOG, { resultCode: 5010, ...ORIGIN }, cer).avps
  const values = readAnswer(CAPABILITIES_EXCHANGE, { ...cer, request: false, avps })
  expect(values).toMatchObject({ resultCode: 5010, ...ORIGIN })
})

describe('each AVP missing, doubled, oversized, of another vendor, with other flags', () => {
  const cer = writeRequest(CAPABILITIES_EXCHANGE, describeCapabilities(node()), IDS)
  const lists = [257, 258, 259, 260, 265, 299]
  const result = { resultCode: 2001, errorMessage: 'none', failedAvp: [], ...ORIGIN }

  test('CER', () => {
    const read = readRequest.bind(undefined, CAPABILITIES_EXCHANGE)
    const required = [264, 296, 266, 269]
    expectEachAvpGuarded({ message: cer, read, required, repeated: lists })
  })

  test('CEA', () => {
    const values = { ...describeCapabilities(node()), ...result }
    const message = writeAnswer(CAPABILITIES_EXCHANGE, values, cer)
    const read = readAnswer.bind(undefined, CAPABILITIES_EXCHANGE)
    expectEachAvpGuarded({ message, read, required: [268, 264, 296], repeated: lists })
  })

  test('DWR and DWA', () => {
    const dwr = writeRequest(DEVICE_WATCHDOG, { ...ORIGIN, originStateId: 5 }, IDS)
    const readDwr = readRequest.bind(undefined, DEVICE_WATCHDOG)
    expectEachAvpGuarded({ message: dwr, read: readDwr, required: [264, 296], repeated: [] })
    const dwa = writeAnswer(DEVICE_WATCHDOG, { ...result, originStateId: 5 }, dwr)
    const readDwa = readAnswer.bind(undefined, DEVICE_WATCHDOG)
    expectEachAvpGuarded({ message: dwa, read: readDwa, required: [268, 264, 296], repeated: [] })
  })

  test('DPR and DPA', () => {
    const dpr = writeRequest(DISCONNECT_PEER, { ...ORIGIN, disconnectCause: 'BUSY' }, IDS)
    const readDpr = readRequest.bind(undefined, DISCONNECT_PEER)
    expectEachAvpGuarded({ message: dpr, read: readDpr, required: [264, 296, 273], repeated: [] })
    const dpa = writeAnswer(DISCONNECT_PEER, result, dpr)
    const readDpa = readAnswer.bind(undefined, DISCONNECT_PEER)
    expectEachAvpGuarded({ message: dpa, read: readDpa, required: [268, 264, 296], repeated: [] })
  })
})
