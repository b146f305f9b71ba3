import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectCpnsPost } from '../adapters/http/post-cpns.ts'
import { decodeMessage, encodeMessage } from '../cpns/messages.ts'
import { utf8 } from '../octets/octets.ts'
import { failureOf, startTestLab, type TestLab } from './lab.fixture.ts'
import { ENTITIES } from './lab-names.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.end())

const addressOf = (entity: string): string =>
  lab.lab.addresses.find((one) => one.entity === entity)?.address ?? ''

describe('CPNS-2', () => {
  test('answers what is no message with 400, in HTTP and in CPNS', async () => {
    const { status, body } = await lab.world.post.post(utf8('hello'))
    expect(status).toBe(400)
    expect(decodeMessage(body)).toMatchObject({ name: 'Error', status: 400 })
  })

  test('answers a message that is refused with HTTP 200', async () => {
    const request = encodeMessage({
      name: 'ConnectRequest',
      transactionId: 't-1',
      entityId: ENTITIES.gateway,
      randomClient: new Uint8Array(16),
      role: 'pn-gw',
      algorithms: ['HMAC-SHA-256'],
    })
    const { status, body } = await lab.world.post.post(request)
    expect(status).toBe(200)
    expect(decodeMessage(body)).toMatchObject({ name: 'ConnectResponse', status: 402 })
  })

  test('its certificate is pinned: nobody else passes for the server', async () => {
    const trust = { kind: 'pin', sha256: 'ab'.repeat(32) } as const
    const post = connectCpnsPost({ url: addressOf('CPNS Server'), trust })
    expect(await failureOf(post.post(utf8('x')))).toMatch(/pin|key/)
    await post.close()
  })
})

test('Ub challenges who asks without credentials', async () => {
  const response = await fetch(addressOf('BSF'))
  expect([400, 401]).toContain(response.status)
})

test('the session of a PN GW lives as long as the story wants, that of a PNE an hour', async () => {
  const { world } = lab
  world.setSessionLifetime(77)
  await world.gateway.start()
  await world.pnes.car.pne.start()
  expect(world.gateway.session?.lifetimeSeconds).toBe(77)
  expect(world.pnes.car.pne.session?.lifetimeSeconds).toBe(3600)
})
