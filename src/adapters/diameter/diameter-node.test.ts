import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { fromHex } from '../../octets/octets.ts'
import { testPorts } from './diameter.fixture.ts'
import { createDiameterNode, reportFault } from './diameter-node.ts'
import { DEFAULT_CONNECTION_LIMITS } from './peer-connection.ts'

const OPTIONS = { originHost: 'bsf.example', originRealm: 'example', applicationId: 16_777_221 }
const socketAt = (localAddress?: string): Socket => ({ localAddress }) as Socket

test('a connection presents the node by its own address', () => {
  const node = createDiameterNode(OPTIONS, testPorts('node'))
  const context = node.contextOf(socketAt('192.0.2.7'), () => true)
  expect(context.node).toEqual({
    originHost: 'bsf.example',
    originRealm: 'example',
    productName: 'cpns',
    originStateId: node.identifiers.originStateId,
    applicationIds: [16_777_221],
    hostIpAddresses: [{ family: 1, octets: Uint8Array.of(192, 0, 2, 7) }],
  })
  for (const address of ['::1', undefined]) {
    const [first] = node.contextOf(socketAt(address), () => true).node.hostIpAddresses
    expect([first?.family, first?.octets.length]).toEqual([2, 16])
  }
})

test.each([
  ['an IPv4 address on a socket of IPv6', '::ffff:192.0.2.7', 1, 'c0000207'],
  ['a link-local address with its zone', 'fe80::1%eth0', 2, `fe80${'00'.repeat(13)}01`],
])('%s is said without what is the platform’s own', (_name, address, family, octets) => {
  const node = createDiameterNode(OPTIONS, testPorts('node'))
  const { hostIpAddresses } = node.contextOf(socketAt(address), () => true).node
  expect(hostIpAddresses).toEqual([{ family, octets: fromHex(octets) }])
})

test('Hop-by-Hop Identifiers count, End-to-End Identifiers differ', () => {
  const node = createDiameterNode(OPTIONS, testPorts('node'))
  const context = node.contextOf(socketAt('127.0.0.1'), () => true)
  const [first, second] = [context.nextIds(), context.nextIds()]
  expect((second.hopByHop - first.hopByHop) >>> 0).toBe(1)
  expect(second.endToEnd).not.toBe(first.endToEnd)
})

test.each([
  [undefined, 28_000, 32_000],
  [6000, 4000, 8000],
  [100, 50, 150],
])('Tw of %s has its jitter: %d to %d ms', (watchdogMs, from, to) => {
  const options = { ...OPTIONS, ...(watchdogMs === undefined ? {} : { watchdogMs }) }
  const { timings } = createDiameterNode(options, testPorts('node')).contextOf(
    socketAt('127.0.0.1'),
    () => true,
  )
  const waits = Array.from({ length: 200 }, () => timings.watchdogMs())
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(from)
  expect(Math.max(...waits)).toBeLessThanOrEqual(to)
  expect(new Set(waits).size).toBeGreaterThan(20)
})

test('limits that are not given are the default ones', () => {
  const { limits } = createDiameterNode(
    { ...OPTIONS, limits: { maxServing: 3 } },
    testPorts('node'),
  )
  expect(limits).toEqual({ ...DEFAULT_CONNECTION_LIMITS, maxServing: 3 })
})

test('of a fault only its kind is logged', () => {
  const { log, logged } = testPorts('node')
  if (log === undefined) throw new Error('no log')
  reportFault(log, new RangeError('CK is 00112233'))
  reportFault(log, 'CK')
  expect(logged.map(({ fields }) => fields)).toEqual([
    { reason: 'RangeError' },
    { reason: 'unknown' },
  ])
})
