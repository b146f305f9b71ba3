import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type PskNetwork, startPskNetwork } from '../../../test/support/psk-network.ts'
import { uaIdOfPskTls } from '../../naf/psk-exchange.ts'

let folder: string
let network: PskNetwork
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-way-'))
  network = await startPskNetwork(folder)
})
afterEach(async () => {
  await network.close()
  rmSync(folder, { recursive: true, force: true })
})

const TLS_1_3 = uaIdOfPskTls('1.3')
const CPNS = 'ff43504e53'
const uaIds = (): string[] => network.gba.asked.map(({ nafId }) => nafId.uaId)
const btids = (): Set<string> => new Set(network.gba.asked.map(({ btid }) => btid))

describe.each(['1.3', '1.2'] as const)('TLS %s', (version) => {
  test('a PN GW with a card comes to a session; Zn is asked once for each of the two keys', async () => {
    const gateway = await network.startGateway({ url: network.served.pskUrl ?? '', psk: version })
    await gateway.gateway.start()
    expect(gateway.ups).toHaveLength(1)
    expect(network.gba.bootstraps()).toBe(1)
    expect(uaIds()).toEqual([uaIdOfPskTls(version), CPNS])
    expect(btids().size).toBe(1)
    expect(network.served.server.attachedCount).toBe(1)
  })
})

test('under a certificate the same PN GW asks for one key only', async () => {
  const { url, pin } = network.served
  const gateway = await network.startGateway({ url, trust: { kind: 'pin', sha256: pin } })
  await gateway.gateway.start()
  expect(uaIds()).toEqual([CPNS])
})

test('a session that was ended is made anew on the same connection, and nobody is asked', async () => {
  const gateway = await network.startGateway()
  await gateway.gateway.start()
  await network.served.server.endSession(gateway.ups[0]?.sessionId ?? '')
  await until(() => gateway.ups.length === 2)
  expect(uaIds()).toEqual([TLS_1_3, CPNS])
})

test('a connection under the key of a former run is dropped before it is refused', async () => {
  const gateway = await network.startGateway()
  await gateway.gateway.start()
  await gateway.credentials.bootstrap()
  await network.served.server.endSession(gateway.ups[0]?.sessionId ?? '')
  await until(() => gateway.ups.length === 2)
  expect(uaIds()).toEqual([TLS_1_3, CPNS, TLS_1_3, CPNS])
  expect(btids().size).toBe(2)
  expect(gateway.failures).toEqual([])
})

test('a 402 inside: one new run, and a new connection under its B-TID', async () => {
  let refused = 0
  network.gba.forget(({ nafId }) => nafId.uaId === CPNS && refused++ === 0)
  const gateway = await network.startGateway()
  await gateway.gateway.start()
  expect(network.gba.bootstraps()).toBe(2)
  expect(uaIds()).toEqual([TLS_1_3, CPNS, TLS_1_3, CPNS])
  expect(btids().size).toBe(2)
})

test('a BSF that knows the B-TID no more: the PN GW gives up after one more run', async () => {
  network.gba.forget()
  const gateway = await network.startGateway()
  await expect(gateway.gateway.start()).rejects.toThrow(/does not have this key/)
  expect(network.gba.bootstraps()).toBe(2)
})

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !isSo(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  expect(isSo()).toBe(true)
}
