import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { obtainPneEuKey, pairPneByCode } from './obtain-pne-eukey.ts'
import { pairPne } from './open-pne.ts'
import { parsePairing } from './pairing.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-obtain-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const pairingTo = (url: string) =>
  parsePairing(
    { entityId: 'urn:x:watch', gateway: { entityId: 'urn:x:gw', url, pin: 'ab'.repeat(32) } },
    'test',
  )
const password = (): Promise<Secret> => Promise.reject(new Error('nobody is to be asked'))

test.each(['', 'ABCD 1234', 'ABÇD-1234', 'A'.repeat(33)])('%j is no code', async (code) => {
  const pairing = pairingTo('wss://127.0.0.1:1/pne')
  const paired = pairPneByCode(folder, { pairing, code })
  await expect(paired).rejects.toThrow(ConfigurationInvalid)
  await expect(paired).rejects.toThrow('the code: not of letters and digits')
})

test('a pairing by a code needs TLS, and a PN GW', async () => {
  const plain = pairPneByCode(folder, { pairing: pairingTo('ws://127.0.0.1:1/pne'), code: 'X' })
  await expect(plain).rejects.toThrow(ConfigurationInvalid)
  const away = pairPneByCode(folder, { pairing: pairingTo('wss://127.0.0.1:1/pne'), code: 'X' })
  await expect(away).rejects.toThrow(TransportFailed)
})

test('a PNE that was paired with a key file has no owner to ask for', async () => {
  const euKey = { id: 'k', key: Secret.of(new Uint8Array(32)), expiresAtMs: 1 }
  await pairPne(folder, { pairing: pairingTo('wss://127.0.0.1:1/pne'), euKey })
  const asked = obtainPneEuKey(folder, { isTriggered: false, password })
  await expect(asked).rejects.toThrow('pair it by a code')
})

test('neither trigger nor relayed assignment goes over plain ws', async () => {
  const euKey = { id: 'k', key: Secret.of(new Uint8Array(32)), expiresAtMs: 1 }
  await pairPne(folder, { pairing: pairingTo('ws://127.0.0.1:1/pne'), euKey })
  for (const isTriggered of [true, false]) {
    await expect(obtainPneEuKey(folder, { isTriggered, password })).rejects.toThrow('without TLS')
  }
})
