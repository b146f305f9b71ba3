import { describe, expect, test } from 'vitest'
import { decodeBootstrappingInfo } from '../gba/bootstrapping-info.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { computeUbRspauth, formatInitialRequest } from '../gba/ub-messages.ts'
import { parseAkaNonce } from '../http-digest/aka-nonce.ts'
import { parseAuthenticationInfo } from '../http-digest/digest-headers.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseUaId } from '../identity/naf-id.ts'
import { toBase64, toHex } from '../octets/octets.ts'
import {
  answerTo,
  type BsfWorld,
  challenged,
  createBsfWorld,
  IDENTITY,
  NAFS,
  NOW_MS,
  requestWith,
  resGbaU,
} from './bsf-world.fixture.ts'

describe('a bootstrapping run, TS 24.109 4', () => {
  test('message 2, then message 4 with B-TID, lifetime and the proof of XRES', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    expect(challenge).toMatchObject({
      realm: WORKED.bsfName,
      algorithm: 'AKAv1-MD5',
      qop: 'auth-int',
    })
    expect(challenge.stale).toBeUndefined()

    const response = await world.ub(requestWith(answerTo(challenge)))
    expect(response.status).toBe(200)
    expect(response.headers).toMatchObject({
      server: ['cpns-bsf; Release-6; 3gpp-gba-tmpi'],
      expires: ['Fri, 02 Jan 2026 00:00:00 GMT'],
      'content-type': ['application/vnd.3gpp.bsf+xml'],
    })
    const { rand } = parseAkaNonce(challenge.nonce)
    expect(decodeBootstrappingInfo(response.body)).toEqual({
      btid: `${toBase64(rand)}@${WORKED.bsfName}`,
      expiresAtMs: NOW_MS + 86_400_000,
      currentTimeMs: NOW_MS,
    })
    const digest = { ...answerTo(challenge), cnonce: WORKED.cnonce, password: resGbaU(challenge) }
    expect(parseAuthenticationInfo(response.headers['authentication-info']?.[0] ?? '')).toEqual({
      qop: 'auth-int',
      nc: '00000001',
      cnonce: WORKED.cnonce,
      rspauth: computeUbRspauth(digest, response.body),
    })
  })

  test('two BSFs that share one store answer each other’s challenges, once', async () => {
    const world = await createBsfWorld()
    const other = world.node()
    const request = requestWith(answerTo(await challenged(world, other)))
    expect((await world.ub(request)).status).toBe(200)
    expect((await world.ub(request, other)).status).toBe(401)
    expect(world.store.btids).toHaveLength(1)
  })

  test('both directions are traced, without anything secret', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    const answer = answerTo(challenge)
    await world.ub(requestWith(answer))
    expect(world.traced).toMatchObject([
      { point: 'Ub', side: 'received', from: 'PN GW', to: 'BSF', message: 'GET' },
      { point: 'Ub', side: 'sent', from: 'BSF', to: 'PN GW', message: '401 Unauthorized' },
      { side: 'received', message: 'GET', fields: { nonce: challenge.nonce } },
      { side: 'sent', message: '200 OK', fields: { 'B-TID': world.store.btids[0] } },
    ])
    const text = JSON.stringify([world.traced, world.logged])
    expect(text).not.toContain(answer.response)
    expect(text).not.toContain(toHex(resGbaU(challenge).reveal()))
  })

  test('what has expired is removed on the way', async () => {
    const world = await createBsfWorld()
    await world.ub(requestWith(answerTo(await challenged(world))))
    expect(world.store.btids).toHaveLength(1)
    await world.clock.advance(86_400_000)
    await world.ub(formatInitialRequest(IDENTITY))
    expect(world.store.btids).toHaveLength(0)
  })
})

describe('a wall clock that goes back', () => {
  const DAY_MS = 86_400_000
  const ask = (world: BsfWorld) =>
    world.bsf.bootstrappingInfo(
      { originHost: NAFS[0]?.originHost ?? '' },
      {
        btid: parseBtid(world.store.btids[0] ?? ''),
        nafId: { nafFqdn: WORKED.nafFqdn, uaId: parseUaId('0100000002') },
        gsids: [],
        gbaUAware: true,
      },
    )

  test('revives no B-TID, and is logged', async () => {
    const world = await createBsfWorld()
    await world.ub(requestWith(answerTo(await challenged(world))))
    world.clock.jumpWall(DAY_MS)
    expect((await ask(world)).outcome).toBe('transaction-identifier-invalid')
    world.clock.jumpWall(-DAY_MS)
    expect((await ask(world)).outcome).toBe('transaction-identifier-invalid')
    const jumps = world.logged.filter(({ event }) => event === 'clock-jumped')
    expect(jumps.map(({ fields }) => fields?.byMs)).toEqual([DAY_MS, -DAY_MS])
  })

  test('revives no challenge', async () => {
    const world = await createBsfWorld()
    const challenge = await challenged(world)
    world.clock.jumpWall(61_000)
    await world.ub(formatInitialRequest(IDENTITY))
    world.clock.jumpWall(-61_000)
    expect((await world.ub(requestWith(answerTo(challenge)))).status).toBe(401)
    expect(world.store.btids).toEqual([])
  })

  test('is what UE and NAF are told times by', async () => {
    const world = await createBsfWorld()
    world.clock.jumpWall(-3600_000)
    const response = await world.ub(requestWith(answerTo(await challenged(world))))
    const wallMs = NOW_MS - 3600_000
    const times = { expiresAtMs: wallMs + DAY_MS, currentTimeMs: wallMs }
    expect(decodeBootstrappingInfo(response.body)).toMatchObject(times)
    const zn = { keyExpiresAtMs: wallMs + DAY_MS, bootstrappedAtMs: wallMs }
    expect(await ask(world)).toMatchObject(zn)
  })

  test('by a part of a second leaves what a NAF is told at whole seconds, which Diameter needs', async () => {
    const world = await createBsfWorld()
    await world.ub(requestWith(answerTo(await challenged(world))))
    world.clock.jumpWall(-1_500)
    expect(await ask(world)).toMatchObject({ keyExpiresAtMs: NOW_MS + DAY_MS - 1_000 })
  })
})

test('log lines name the reference point', async () => {
  const world = await createBsfWorld()
  const challenge = await challenged(world)
  await world.ub(requestWith({ ...answerTo(challenge), response: '0'.repeat(32) }))
  await world.ub(formatInitialRequest({ ...IDENTITY, username: 'nobody@ims.example' }))
  const btid = parseBtid(`AAAAAAAAAAAAAAAAAAAAAA==@${WORKED.bsfName}`)
  const nafId = { nafFqdn: WORKED.nafFqdn, uaId: parseUaId('0100000002') }
  const stranger = { originHost: 'evil.example.org' }
  await world.bsf.bootstrappingInfo(stranger, { btid, nafId, gsids: [], gbaUAware: true })
  expect(world.logged.map(({ event, fields }) => `${event} ${fields?.point}`)).toEqual([
    'wrong-response Ub',
    'no-vector Zh',
    'naf-refused Zn',
  ])
})

test.each([
  { keyLifetimeSeconds: 0 },
  { keyLifetimeSeconds: 1.5 },
  { challengeLifetimeMs: -1 },
  { challengeLifetimeMs: Number.NaN },
  { nafs: ['a.example', 'A.example'].map((originHost) => ({ originHost, fqdns: [] })) },
])('options %j are refused', async (options) => {
  const world = await createBsfWorld()
  expect(() => world.node(options)).toThrow(RangeError)
})
