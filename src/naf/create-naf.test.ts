import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../crypto/secret.ts'
import { TransportFailed } from '../errors/errors.ts'
import { formatUssList } from '../gba/guss.ts'
import { formatBtid } from '../identity/btid.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseUaId } from '../identity/naf-id.ts'
import { utf8 } from '../octets/octets.ts'
import {
  type AskChange,
  challengeOf,
  createNafWorld,
  NAF_BSF_NAME,
  NAF_BTID,
  NAF_FQDN,
  NAF_IMPI,
  NAF_KEYS,
  type NafWorld,
  PLAIN,
  znSuccess,
} from './naf.fixture.ts'
import type { UaOutcome } from './ua-exchange.ts'

const statusOf = (outcome: UaOutcome): number =>
  outcome.outcome === 'refused' ? outcome.status : 200
const challengesOf = (outcome: UaOutcome): readonly string[] =>
  (outcome.outcome === 'refused' && outcome.headers['www-authenticate']) || []

/** A good request with one text of its Authorization header replaced. */
async function altered(world: NafWorld, from: string | RegExp, to: string, change?: AskChange) {
  const { request } = await world.prepare(change)
  const [authorization = ''] = request.headers.authorization ?? []
  const changed = authorization.replace(from, to)
  expect(changed).not.toBe(authorization)
  return world.naf.authenticate({
    ...request,
    headers: { ...request.headers, authorization: [changed] },
  })
}

describe('bootstrapping required', () => {
  test('is a 401 with one challenge an algorithm', async () => {
    const challenges = challengesOf(await createNafWorld().ask())
    expect(challenges).toHaveLength(2)
    const rest = 'nonce="[A-Za-z0-9+/]{43}=", algorithm=%, qop="auth,auth-int"$'
    for (const [n, algorithm] of ['SHA-256', 'MD5'].entries()) {
      const pattern = `^Digest realm="3GPP-bootstrapping@naf.example.org", ${rest}`
      expect(challenges[n]).toMatch(new RegExp(pattern.replace('%', algorithm)))
    }
  })

  test('offers auth-int alone where nothing else protects a body', async () => {
    const [challenge] = challengesOf(await createNafWorld().ask({ connection: PLAIN }))
    expect(challenge).toContain('qop="auth-int"')
    const open = createNafWorld({ allowAuthWithoutTls: true })
    expect(challengesOf(await open.ask({ connection: PLAIN }))[0]).toContain('qop="auth,auth-int"')
  })

  test('offers both kinds of key in one realm', async () => {
    const [challenge] = challengesOf(await createNafWorld({ keyUses: ['UICC', 'ME'] }).ask())
    const realm = `3GPP-bootstrapping-uicc@${NAF_FQDN};3GPP-bootstrapping@${NAF_FQDN}`
    expect(challenge).toContain(`realm="${realm}"`)
  })

  test.each(['Basic YTpi', 'Bearer abc', 'Digestive x="y"', ''])(
    'is what %j gets',
    async (authorization) => {
      const outcome = await createNafWorld().ask({ headers: { authorization: [authorization] } })
      expect(statusOf(outcome)).toBe(401)
    },
  )
})

describe('the host', () => {
  test.each([
    ['naf.example.org', 401],
    ['NAF.example.org:8443', 401],
    ['192.0.2.7:8080', 401],
    ['elsewhere.example.org', 421],
    ['naf.example.org.elsewhere.example', 421],
    ['toString', 421],
    ['', 421],
  ])('%j: %i', async (host, status) => {
    const world = createNafWorld({ hostAliases: { '192.0.2.7': NAF_FQDN } })
    expect(statusOf(await world.ask({ headers: { host: [host] } }))).toBe(status)
  })

  test('missing or doubled is 400', async () => {
    const world = createNafWorld()
    expect(statusOf(await world.ask({ headers: { host: [] } }))).toBe(400)
    expect(statusOf(await world.ask({ headers: { host: [NAF_FQDN, NAF_FQDN] } }))).toBe(400)
  })

  test('chooses the key among the names of the NAF', async () => {
    const second = parseFqdn('second.example.org')
    const world = createNafWorld({ nafFqdns: [NAF_FQDN, second] })
    await world.askWithKey()
    expect(world.asked[0]?.nafId.nafFqdn).toBe(NAF_FQDN)
    const moved = await world.askWithKey({ headers: { host: [second] } })
    expect([statusOf(moved), world.asked.length]).toEqual([401, 1])
  })

  test('of a whole URI counts, and the Host header does not. RFC 9112 3.2.2', async () => {
    const second = parseFqdn('second.example.org')
    const world = createNafWorld({ nafFqdns: [NAF_FQDN, second] })
    const named = await world.askWithKey({
      uri: `http://${NAF_FQDN}:80/`,
      headers: { host: ['x.example'] },
    })
    expect(statusOf(named)).toBe(200)
    const [challenge] = challengesOf(await world.ask({ uri: `http://${second}/` }))
    expect(challenge).toContain(`realm="3GPP-bootstrapping@${second}"`)
    expect(statusOf(await world.ask({ uri: 'http://elsewhere.example.org/' }))).toBe(421)
  })
})

describe('a user', () => {
  test.each([
    ['TLS', {}, '010001c02f'],
    ['no TLS', { connection: PLAIN }, '0100000002'],
    ['a body', { method: 'PUT', body: utf8('x'), connection: PLAIN }, '0100000002'],
  ] as const)('over %s', async (_, change, uaId) => {
    const world = createNafWorld()
    const outcome = await world.askWithKey(change)
    expect(outcome).toMatchObject({
      outcome: 'authenticated',
      user: {
        btid: NAF_BTID,
        impi: NAF_IMPI,
        identity: NAF_IMPI,
        nafFqdn: NAF_FQDN,
        uaId,
        keyUse: 'ME',
        gbaType: 'GBA_U',
        keyExpiresAtMs: znSuccess().keyExpiresAtMs,
        ussList: [],
      },
    })
    expect(world.asked).toEqual([
      { btid: NAF_BTID, nafId: { nafFqdn: NAF_FQDN, uaId }, gsids: [], gbaUAware: true },
    ])
  })

  test('whom the BSF does not name has a B-TID for an identity, and no IMPI', async () => {
    const world = createNafWorld()
    const { impi: _, ...unnamed } = znSuccess()
    world.answer = unnamed
    const outcome = await world.askWithKey()
    expect(outcome).toMatchObject({ outcome: 'authenticated', user: { identity: NAF_BTID } })
    expect('user' in outcome && 'impi' in outcome.user).toBe(false)
  })

  test.each(['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'] as const)('with %s', async (name) => {
    const world = createNafWorld({ algorithms: [name] })
    expect(statusOf(await world.askWithKey())).toBe(200)
  })

  test('with the key that the UICC keeps', async () => {
    const world = createNafWorld({ keyUses: ['UICC', 'ME'] })
    const outcome = await world.askWithKey({ keyUses: ['UICC'] })
    expect(outcome).toMatchObject({ user: { keyUse: 'UICC' } })
    const key = { btid: NAF_BTID, key: NAF_KEYS.ME, expiresAtMs: 0 }
    expect(statusOf(await world.askWithKey({ keyUses: ['UICC'], key }))).toBe(401)
  })

  test('with the key that the UICC keeps, where it was not offered, is none', async () => {
    const world = createNafWorld()
    const realm = `3GPP-bootstrapping-uicc@${NAF_FQDN}`
    const challenge = { ...(await challengeOf(world)), keyUse: 'UICC', realm } as const
    expect(statusOf(await world.askWithKey({ challenge }))).toBe(401)
    expect(world.asked).toEqual([])
  })

  test('whose key has to be used in the UICC is asked for that key alone', async () => {
    const world = createNafWorld({ keyUses: ['ME', 'UICC'] })
    const uss = { gsid: 1, type: 0, uids: [], flags: [], keyChoice: 'UICC_BASED_KEY' } as const
    world.answer = znSuccess({ ussList: formatUssList([uss]) })
    const [challenge] = challengesOf(await world.askWithKey({ keyUses: ['ME'] }))
    expect(challenge).toContain(`realm="3GPP-bootstrapping-uicc@${NAF_FQDN}"`)
    expect(statusOf(await world.askWithKey({ keyUses: ['UICC'] }))).toBe(200)
  })

  test('whose key is over is none again when the wall clock is set back', async () => {
    const world = createNafWorld()
    const lifeMs = znSuccess().keyExpiresAtMs - world.clock.nowMs()
    expect(statusOf(await world.askWithKey())).toBe(200)
    world.clock.jumpWall(lifeMs)
    expect(statusOf(await world.askWithKey())).toBe(401)
    world.clock.jumpWall(-lifeMs)
    expect(statusOf(await world.askWithKey())).toBe(401)
  })

  test('whom the BSF does not allow here is refused, and logged', async () => {
    const world = createNafWorld()
    world.answer = { outcome: 'not-authorized' }
    expect(statusOf(await world.askWithKey())).toBe(403)
    expect(world.logged).toEqual(['ua-refused'])
  })

  test('behind somebody else’s TLS, with the Ua id that was configured', async () => {
    const uaId = parseUaId('0100011301')
    const world = createNafWorld({ uaId, allowAuthWithoutTls: true })
    const outcome = await world.askWithKey({ connection: PLAIN, isProtected: true })
    expect(outcome).toMatchObject({ user: { uaId } })
  })

  test('over a cipher suite without a number is 500, and logged', async () => {
    const world = createNafWorld()
    const connection = { remoteAddress: 'a', cipherSuite: 'unknown' } as const
    expect(statusOf(await world.ask({ connection }))).toBe(500)
    expect(world.logged).toEqual(['ua-refused'])
  })

  test('costs one look-up, until the key is over', async () => {
    const world = createNafWorld({ znLimits: { positiveMs: 10_000_000 }, nonceLifetimeMs: 1e8 })
    const challenge = await challengeOf(world)
    for (const nc of [1, 2, 3]) {
      expect(statusOf(await world.askWithKey({ challenge, nc }))).toBe(200)
    }
    expect(world.asked).toHaveLength(1)
    await world.clock.advance(3_600_000)
    const over = await world.askWithKey({ challenge, nc: 4 })
    expect(statusOf(over)).toBe(401)
    expect(challengesOf(over)[0]).not.toContain('stale')
  })
})

describe('Authentication-Info', () => {
  const BODY = utf8('answer')

  test.each([
    ['auth', {}, BODY, 'server'],
    ['auth-int', { connection: PLAIN }, BODY, 'body'],
    ['auth-int of a stream', { connection: PLAIN }, undefined, 'server'],
  ] as const)('%s', async (_, change, body, proof) => {
    const world = createNafWorld()
    const { request, own } = await world.prepare(change)
    const outcome = await world.naf.authenticate(request)
    if (outcome.outcome !== 'authenticated') throw new Error(outcome.reason)
    const header = outcome.authenticationInfo(body)
    expect(own.judge(header, BODY)).toBe(proof)
    expect(own.judge(header, utf8('changed'))).toBe(proof === 'body' ? 'wrong' : 'server')
    expect(header).not.toContain('nextnonce')
  })

  test('gives the next nonce when this one grows old', async () => {
    const world = createNafWorld({ nonceLifetimeMs: 60_000 })
    const challenge = await challengeOf(world)
    await world.clock.advance(30_000)
    const outcome = await world.askWithKey({ challenge })
    if (outcome.outcome !== 'authenticated') throw new Error(outcome.reason)
    const [, nonce = ''] = /nextnonce="([^"]+)"/.exec(outcome.authenticationInfo()) ?? []
    await world.clock.advance(30_000)
    const next = { ...challenge, nonce }
    expect(statusOf(await world.askWithKey({ challenge: next }))).toBe(200)
  })
})

describe('a nonce', () => {
  test('that is too old, of elsewhere or replayed is stale', async () => {
    const world = createNafWorld({ nonceLifetimeMs: 60_000 })
    const challenge = await challengeOf(world)
    const foreign = { ...challenge, nonce: Buffer.alloc(32).toString('base64') }
    const outcomes = [await world.askWithKey({ challenge: foreign })]
    expect(world.asked).toEqual([])
    expect(statusOf(await world.askWithKey({ challenge }))).toBe(200)
    outcomes.push(await world.askWithKey({ challenge }))
    await world.clock.advance(60_000)
    outcomes.push(await world.askWithKey({ challenge, nc: 2 }))
    expect(outcomes.map(statusOf)).toEqual([401, 401, 401])
    for (const outcome of outcomes) expect(challengesOf(outcome)[0]).toContain('stale=true')
  })

  test('is not used up by a wrong answer', async () => {
    const world = createNafWorld()
    const challenge = await challengeOf(world)
    const key = { btid: NAF_BTID, key: Secret.of(new Uint8Array(32)), expiresAtMs: 0 }
    const wrong = await world.askWithKey({ challenge, key })
    expect([statusOf(wrong), challengesOf(wrong)[0]?.includes('stale')]).toEqual([401, false])
    expect(statusOf(await world.askWithKey({ challenge }))).toBe(200)
  })
})

describe('bad credentials', () => {
  test.each([
    ['username missing', /username="[^"]*", /, '', 400],
    ['username doubled', 'username=', 'username="a", username=', 400],
    ['username too long', /username="[^"]*"/, `username="${'a'.repeat(513)}"`, 400],
    ['username no B-TID', /username="[^"]*"/, 'username="alice"', 401],
    ['realm missing', /realm="[^"]*", /, '', 400],
    ['realm foreign', /realm="[^"]*"/, 'realm="3GPP-bootstrapping@elsewhere.example"', 401],
    ['realm not offered', '3GPP-bootstrapping@', '3GPP-bootstrapping-uicc@', 401],
    ['nonce missing', / nonce="[^"]*",/, '', 400],
    ['nonce empty', / nonce="[^"]*"/, ' nonce=""', 401],
    ['nonce too long', / nonce="[^"]*"/, ` nonce="${'a'.repeat(1025)}"`, 400],
    ['uri missing', /uri="[^"]*", /, '', 400],
    ['uri of another resource', /uri="[^"]*"/, 'uri="/"', 400],
    ['response missing', / response="[^"]*",/, '', 400],
    ['response wrong', / response="[^"]*"/, ' response="00"', 401],
    ['response no hex', / response="[^"]*"/, ' response="zz"', 401],
    ['qop missing', /qop=auth, /, '', 400],
    ['qop unknown', /qop=auth/, 'qop=auth-conf', 400],
    ['nc missing', /nc=00000001, /, '', 400],
    ['nc malformed', /nc=00000001/, 'nc=1', 400],
    ['nc changed', /nc=00000001/, 'nc=00000002', 401],
    ['cnonce missing', / cnonce="[^"]*",/, '', 400],
    ['cnonce empty', / cnonce="[^"]*"/, ' cnonce=""', 400],
    ['cnonce changed', / cnonce="[^"]*"/, ' cnonce="x"', 401],
    ['algorithm not offered', /algorithm=SHA-256/, 'algorithm=MD5-sess', 400],
    ['algorithm unknown', /algorithm=SHA-256/, 'algorithm=ROT13', 400],
    ['algorithm left out, so MD5', /, algorithm=SHA-256/, '', 401],
    ['opaque never sent', /$/, ', opaque="x"', 400],
    ['not closed', /"$|$/, ', x="', 400],
    ['oversized', /$/, `, x="${'a'.repeat(9000)}"`, 400],
  ])('%s', async (_, from, to, status) => {
    expect(statusOf(await altered(createNafWorld(), from, to))).toBe(status)
  })

  test('doubled as a header is 400', async () => {
    const world = createNafWorld()
    const { request } = await world.prepare()
    const authorization = [...(request.headers.authorization ?? []), 'Digest x="y"']
    const headers = { ...request.headers, authorization }
    expect(statusOf(await world.naf.authenticate({ ...request, headers }))).toBe(400)
  })

  test('of another method', async () => {
    const world = createNafWorld()
    const { request } = await world.prepare()
    expect(statusOf(await world.naf.authenticate({ ...request, method: 'DELETE' }))).toBe(401)
  })

  test('auth without TLS, though only auth-int is offered', async () => {
    const outcome = await altered(createNafWorld(), 'qop=auth-int', 'qop=auth', {
      connection: PLAIN,
    })
    expect(statusOf(outcome)).toBe(400)
  })
})

describe('a body under auth-int', () => {
  test.each([
    ['changed on the way', { outcome: 'read', octets: utf8('evil') }, 401],
    ['of unknown length', { outcome: 'length-unknown' }, 411],
    ['too long', { outcome: 'too-long' }, 413],
  ] as const)('%s', async (_, reading, status) => {
    const world = createNafWorld()
    const body = utf8('good')
    const { request } = await world.prepare({ method: 'PUT', body, connection: PLAIN })
    const outcome = await world.naf.authenticate({ ...request, readBody: async () => reading })
    expect(statusOf(outcome)).toBe(status)
  })
})

describe('what the BSF says', () => {
  test.each([
    ['transaction-identifier-invalid', 401, undefined],
    ['not-authorized', 403, undefined],
    ['unavailable', 503, ['5']],
  ] as const)('%s: %i', async (outcome, status, wait) => {
    const world = createNafWorld()
    world.answer = { outcome }
    const answer = await world.askWithKey()
    expect(statusOf(answer)).toBe(status)
    expect(answer.outcome === 'refused' && answer.headers['retry-after']).toEqual(wait)
  })

  test('a B-TID of a BSF that is not ours is bootstrapping again, without a question', async () => {
    const world = createNafWorld()
    const outcome = await altered(world, '@bsf.example.org', '@bsf.elsewhere.example')
    expect([statusOf(outcome), world.asked.length]).toEqual([401, 0])
  })

  test('too many B-TIDs of one address are 429', async () => {
    const world = createNafWorld({ znLimits: { perAddressAMinute: 1 } })
    await world.askWithKey()
    const btid = formatBtid({ rand: new Uint8Array(16), bsfName: NAF_BSF_NAME })
    const key = { btid, key: NAF_KEYS.ME, expiresAtMs: 0 }
    const answer = await world.askWithKey({ key })
    expect(statusOf(answer)).toBe(429)
    expect(answer).toMatchObject({ headers: { 'retry-after': ['60'] } })
  })
})

describe('a fault', () => {
  const failing = async (error: Error) => {
    const world = createNafWorld()
    const readBody = () => Promise.reject(error)
    const asked = world.askWithKey({ connection: PLAIN, readBody })
    await expect(asked).rejects.toBe(error)
    return world.logged
  }

  test('of the NAF is thrown and logged', async () => {
    expect(await failing(new TypeError('a mistake'))).toEqual(['ua-failed'])
  })

  test('of the line to the client is not logged', async () => {
    expect(await failing(new TransportFailed('gone'))).toEqual([])
  })
})

describe('the identity', () => {
  const USS = { gsid: 1_000_001, type: 2, uids: ['sip:alice@example.org'], flags: [] }
  const withUss = (): NafWorld => {
    const world = createNafWorld({ gsids: [USS.gsid] })
    world.answer = znSuccess({ ussList: formatUssList([USS]) })
    return world
  }

  test.each([
    [undefined, 200, 'sip:alice@example.org'],
    ['"sip:alice@example.org"', 200, 'sip:alice@example.org'],
    [`"${NAF_IMPI}"`, 200, NAF_IMPI],
    ['"sip:mallory@example.org"', 403, undefined],
    ['sip:alice@example.org', 400, undefined],
  ])('intended %s: %i', async (intended, status, identity) => {
    const headers = intended === undefined ? {} : { 'x-3gpp-intended-identity': [intended] }
    const outcome = await withUss().askWithKey({ headers })
    expect(statusOf(outcome)).toBe(status)
    if (outcome.outcome === 'authenticated') expect(outcome.user.identity).toBe(identity)
  })

  test('what the UE asserts of itself counts for nothing', async () => {
    const headers = { 'x-3gpp-asserted-identity': ['"sip:mallory@example.org"'] }
    const outcome = await withUss().askWithKey({ headers })
    expect(outcome).toMatchObject({ user: { identity: 'sip:alice@example.org' } })
  })
})

test('any header gets a defined answer', async () => {
  const world = createNafWorld()
  const { request } = await world.prepare()
  const [good = ''] = request.headers.authorization ?? []
  const garbage = fc.oneof(
    fc.string({ maxLength: 200 }).map((text) => `Digest ${text}`),
    fc
      .tuple(fc.nat(good.length), fc.nat(20), fc.string({ maxLength: 20 }))
      .map(([at, length, text]) => good.slice(0, at) + text + good.slice(at + length)),
  )
  await fc.assert(
    fc.asyncProperty(garbage, fc.string(), async (authorization, identity) => {
      fc.pre(authorization !== good)
      const headers = { authorization: [authorization], 'x-3gpp-intended-identity': [identity] }
      const outcome = await world.ask({ headers })
      expect([400, 401]).toContain(statusOf(outcome))
    }),
    { numRuns: 2000, seed: 4 },
  )
})
