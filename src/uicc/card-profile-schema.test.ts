import { expect, test } from 'vitest'
import { cardProfileSchema } from './card-profile-schema.ts'
import { profileFile } from './uicc.fixture.ts'

test('a whole file gives keys as secrets', () => {
  const { credentials, pins } = cardProfileSchema.parse(profileFile())
  expect(JSON.stringify({ credentials, adm1: pins.adm1 })).toBe(
    '{"credentials":{"algorithm":"milenage","subscriberKey":"[secret]","operatorVariant":"[secret]"},"adm1":"[secret]"}',
  )
})

test('TUAK lengths have defaults, and its MAC has 8 octets', () => {
  const authentication = { algorithm: 'tuak', k: '00'.repeat(16), topc: '00'.repeat(32) }
  const { credentials } = cardProfileSchema.parse(profileFile({ authentication }))
  expect(credentials).toMatchObject({
    tuak: { macLength: 8, resLength: 8, ckLength: 16, ikLength: 16, iterations: 1 },
  })
})
