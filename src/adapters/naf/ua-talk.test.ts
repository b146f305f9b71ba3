import { beforeEach, describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../../test/support/seeded-random.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import type { UaKeyWanted } from '../../naf/card-key-source.ts'
import { NAF_BTID, NAF_FQDN, NAF_KEYS } from '../../naf/naf.fixture.ts'
import type { UaHttpAnswer, UaHttpRequest } from './ua-http.ts'
import { createUaTalk, type UaTalk } from './ua-talk.ts'

const GET = { method: 'GET', path: '/', headers: {}, body: new Uint8Array(0) }
const answerOf = (status: number, header?: string): UaHttpAnswer => ({
  status,
  headers: header === undefined ? {} : { 'www-authenticate': [header] },
  body: new Uint8Array(0),
})
const challenge = (nonce: string, rest = ''): UaHttpAnswer =>
  answerOf(
    401,
    `Digest realm="3GPP-bootstrapping@${NAF_FQDN}", nonce="${nonce}", qop="auth"${rest}`,
  )

let answers: UaHttpAnswer[]
let sent: UaHttpRequest[]
let wanted: UaKeyWanted[]
let http: { cipherSuite: number | 'unknown' | undefined }
let talk: UaTalk
let traced: string[]
const clock = createVirtualClock()

beforeEach(() => {
  answers = []
  sent = []
  wanted = []
  traced = []
  http = { cipherSuite: 0x1301 }
  talk = createUaTalk(
    { nafFqdn: NAF_FQDN, isTls: true, keyUses: ['ME'] },
    {
      http: Object.assign(http, {
        async send(request: UaHttpRequest) {
          sent.push(request)
          const answer = answers.shift()
          if (answer === undefined) throw new Error('asked once too often')
          return answer
        },
        close: async () => {},
      }),
      keys: {
        async obtain(want) {
          wanted.push(want)
          const expiresAtMs = clock.nowMs() + 1000
          return { btid: NAF_BTID, key: NAF_KEYS.ME, expiresAtMs }
        },
      },
      clock,
      random: createSeededRandom('talk'),
      trace: (item) => traced.push(item.kind === 'message' ? item.message : item.text),
    },
  )
})

const ask = async (...coming: UaHttpAnswer[]) => {
  answers = coming
  const { status } = await talk.ask(GET)
  expect(answers).toEqual([])
  return status
}
const counts = () =>
  sent.map(({ headers }) =>
    /nonce="(\w+)".* nc=0*(\w+)/.exec(headers.authorization ?? '')?.slice(1),
  )

describe('a 401', () => {
  test('is answered, and the next request answers of its own accord', async () => {
    expect(await ask(challenge('a'), answerOf(200))).toBe(200)
    expect(await ask(answerOf(200))).toBe(200)
    expect(counts()).toEqual([undefined, ['a', '1'], ['a', '2']])
    expect(wanted).toHaveLength(1)
    expect(traced).toEqual(['GET', '401', 'GET', '200', 'GET', '200'])
  })

  test('has one cnonce for all that answers it: -sess keys are made with the first. RFC 7616 3.4.2', async () => {
    await ask(challenge('a', ', algorithm=MD5-sess'), answerOf(200))
    await ask(answerOf(200))
    await ask(challenge('b', ', stale=true'), answerOf(200))
    const cnonces = sent.map(
      ({ headers }) => /cnonce="(\w+)"/.exec(headers.authorization ?? '')?.[1],
    )
    const [, first, second, third, fourth] = cnonces
    expect([second, third]).toEqual([first, first])
    expect(fourth).not.toBe(first)
  })

  test('that is stale is answered with the same key', async () => {
    expect(await ask(challenge('a'), challenge('b', ', stale=true'), answerOf(200))).toBe(200)
    expect(counts()).toEqual([undefined, ['a', '1'], ['b', '1']])
    expect(wanted.map(({ refused }) => refused)).toEqual([undefined, undefined])
  })

  test('that is not asks for a new key, once', async () => {
    expect(await ask(challenge('a'), challenge('b'), challenge('c'))).toBe(401)
    expect(wanted.map(({ refused }) => refused)).toEqual([undefined, NAF_BTID])
  })

  test('for ever stale is given up', async () => {
    const stale = ', stale=true'
    expect(await ask(challenge('a'), challenge('b', stale), challenge('c', stale))).toBe(401)
  })

  test('stale, then not: both remedies are tried', async () => {
    const all = [challenge('a'), challenge('b', ', stale=true'), challenge('c'), answerOf(200)]
    expect(await ask(...all)).toBe(200)
    expect(wanted.map(({ refused }) => refused)).toEqual([undefined, undefined, NAF_BTID])
  })

  test('without a challenge of GBA is left as it is', async () => {
    expect(await ask(answerOf(401, 'Basic realm="x"'))).toBe(401)
    expect(wanted).toEqual([])
  })
})

describe('credentials are not used', () => {
  beforeEach(() => ask(challenge('a'), answerOf(200)))

  test('after the key is over', async () => {
    await clock.advance(1000)
    expect(await ask(challenge('b'), answerOf(200))).toBe(200)
    expect(counts().slice(2)).toEqual([undefined, ['b', '1']])
  })

  test('over another cipher suite', async () => {
    http.cipherSuite = 0x1302
    expect(await ask(challenge('b'), answerOf(200))).toBe(200)
    expect(wanted.map(({ nafId }) => nafId.uaId)).toEqual(['0100011301', '0100011302'])
  })

  test('over one that has no number', async () => {
    http.cipherSuite = 'unknown'
    await expect(talk.ask(GET)).rejects.toMatchObject({ code: 'unsupported' })
  })
})
