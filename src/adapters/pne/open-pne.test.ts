import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '../../crypto/secret.ts'
import { TransportFailed } from '../../errors/errors.ts'
import { parseEntityId } from '../../identity/entity-id.ts'
import { utf8 } from '../../octets/octets.ts'
import { movePne, openPne, pairPne } from './open-pne.ts'
import { parsePairing } from './pairing.ts'

const KEY = new Uint8Array(32).fill(0xab)
const PAIRING = parsePairing(
  {
    entityId: 'urn:x:watch',
    gateway: { entityId: 'urn:x:gw', url: 'wss://127.0.0.1:1/pne', pin: 'ab'.repeat(32) },
  },
  'here',
)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-pne-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const pair = (expiresAtMs: number) =>
  pairPne(folder, { pairing: PAIRING, euKey: { id: 'k', key: Secret.of(KEY), expiresAtMs } })

test('who was not paired is told so', async () => {
  await pair(Date.now() + 60_000)
  rmSync(join(folder, 'pne.json'))
  await expect(openPne(folder)).rejects.toThrow('not paired yet')
  await expect(openPne(join(folder, 'none'))).rejects.toThrow('there is no such folder')
})

test('the EUKey is in no file as it is', async () => {
  await pair(Date.now() + 60_000)
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
  expect(files.some((octets) => octets.includes(Buffer.from(KEY)))).toBe(false)
})

test('it is who the pairing says, and is paired anew where that is done again', async () => {
  await pair(Date.now() + 60_000)
  const first = await openPne(folder)
  expect(first.pairing).toEqual(PAIRING)
  await first.close()
  const pairing = { ...PAIRING, entityId: parseEntityId('urn:x:other') }
  const euKey = { id: 'k', key: Secret.of(KEY), expiresAtMs: Date.now() + 60_000 }
  await pairPne(folder, { pairing, euKey })
  const second = await openPne(folder)
  expect(second.pairing).toEqual(pairing)
  await second.close()
})

test('it is moved to another PN GW with the EUKey that it has', async () => {
  const expiresAtMs = Date.now() + 60_000
  await pair(expiresAtMs)
  const gateway = { ...PAIRING.gateway, entityId: parseEntityId('urn:x:other-gw') }
  const moved = await movePne(folder, { ...PAIRING, gateway })
  expect([moved.id, moved.key.reveal(), moved.expiresAtMs]).toEqual(['k', KEY, expiresAtMs])
  const pne = await openPne(folder)
  expect(pne.pairing).toEqual({ ...PAIRING, gateway })
  await pne.close()
})

test('it is not moved under another name, nor without an EUKey', async () => {
  await pair(Date.now() + 60_000)
  const other = { ...PAIRING, entityId: parseEntityId('urn:x:other') }
  await expect(movePne(folder, other)).rejects.toThrow(`${folder} is the folder of urn:x:watch`)
  rmSync(join(folder, 'pne.db'))
  const gateway = { ...PAIRING.gateway, entityId: parseEntityId('urn:x:other-gw') }
  await expect(movePne(folder, { ...PAIRING, gateway })).rejects.toThrow('has no EUKey')
  const pne = await openPne(folder)
  expect(pne.pairing).toEqual(PAIRING)
  await pne.close()
})

test('without its PN GW a message waits until it is worth nothing, or the PNE is closed', async () => {
  await pair(Date.now() + 60_000)
  const pne = await openPne(folder)
  const started = pne.start().catch((error: unknown) => error)
  expect(await pne.send({ to: 'urn:x:car', payload: utf8('x'), expires: 1 })).toBe(408)
  const waiting = pne.send({ to: 'urn:x:car', payload: utf8('x') }).catch((error: unknown) => error)
  await pne.close()
  expect(await waiting).toBeInstanceOf(TransportFailed)
  expect(await started).toBeInstanceOf(TransportFailed)
})

test('a program lives as long as its PNE is started, though its PN GW is away', async () => {
  await pair(Date.now() + 60_000)
  const program = `
    import { openPne } from ${JSON.stringify(new URL('./open-pne.ts', import.meta.url).href)}
    const pne = await openPne(${JSON.stringify(folder)})
    pne.start().catch(() => {})
    setTimeout(() => { console.log('alive'); pne.stop() }, 1500).unref()`
  const words = ['--import', 'tsx', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, words)
  expect(stdout).toBe('alive\n')
})
