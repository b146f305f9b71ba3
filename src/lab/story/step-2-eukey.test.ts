import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Credentials } from '../../cpns/credentials.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import type { Secret } from '../../crypto/secret.ts'
import { toBase64, toHex } from '../../octets/octets.ts'
import { createGbaCredentials } from '../../pn-gw/gba-credentials.ts'
import { startTestLab, stepFailure, type TestLab } from '../lab.fixture.ts'
import { NAF_ID } from '../lab-names.ts'
import { euKeyStep } from './step-2-eukey.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.end())

test('shows the fingerprint of the EUKey, not the key', async () => {
  const sentence = await euKeyStep.run(lab.world)
  const euKey = (await lab.world.credentials.obtain()).euKey as Secret
  expect(sentence).toContain(fingerprint(euKey))
  expect(sentence).not.toContain(toHex(euKey.reveal()).slice(0, 16))
  expect(sentence).not.toContain(toBase64(euKey.reveal()).slice(0, 16))
})

test('fails if the key is another one than Ks_ext_NAF', async () => {
  const { credentials } = lab.world
  for (const keyType of ['ks-naf', 'ks-int-naf', 'assigned'] as const) {
    const obtain = async () => ({ ...(await credentials.obtain()), keyType }) as Credentials
    const world = { ...lab.world, credentials: { ...credentials, obtain } }
    expect(await stepFailure(euKeyStep, world)).toBe(`the key is of type ${keyType}`)
  }
})

test('fails if the card derives none', async () => {
  const card = await lab.world.openOtherCard()
  const forgetful = { ...card, deriveKsExtNaf: () => Promise.resolve(undefined) }
  const options = { nafId: NAF_ID, entityName: 'PN GW' }
  const credentials = createGbaCredentials(options, { ...lab.world, card: forgetful })
  expect(await stepFailure(euKeyStep, { ...lab.world, credentials })).toContain('bootstrapping key')
  await card.close()
})
