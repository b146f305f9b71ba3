import { beforeEach, describe, expect, test } from 'vitest'
import { BSF_NAME, btidOf, gbaUAnswer, NAF_FQDN } from '../../test/support/cpns-world.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import type { ZnAnswer, ZnRequest } from '../gba/zn.ts'
import { type Btid, formatBtid } from '../identity/btid.ts'
import { UA_ID_CPNS, UA_ID_HTTP_DIGEST } from '../identity/naf-id.ts'
import { createZnLookup, type ZnLookup, type ZnLookupLimits } from './zn-lookup.ts'

const REQUEST = {
  nafId: { nafFqdn: NAF_FQDN, uaId: UA_ID_CPNS },
  gsids: [],
  gbaUAware: true,
}
const UNKNOWN: ZnAnswer = { outcome: 'transaction-identifier-invalid' }

let clock: VirtualClock
let asked: ZnRequest[]
let answer: (request: ZnRequest) => Promise<ZnAnswer>
let lookup: ZnLookup
const lookUp = (btid: Btid, address: string) => lookup.lookUp({ ...REQUEST, btid }, address)

beforeEach(() => {
  clock = createVirtualClock()
  asked = []
  answer = async () => UNKNOWN
  lookup = lookupWith({})
})

function lookupWith(limits: Partial<ZnLookupLimits>): ZnLookup {
  const zn = {
    requestBootstrappingInfo(request: ZnRequest) {
      asked.push(request)
      return answer(request)
    },
  }
  return createZnLookup(limits, { zn: new Map([[BSF_NAME, zn]]), clock })
}

/** B-TIDs without end. */
const btidNumber = (n: number): Btid =>
  formatBtid({
    rand: Uint8Array.of(n >> 8, n & 0xff, ...new Uint8Array(14)),
    bsfName: BSF_NAME,
  })

describe('a look-up', () => {
  test('asks the BSF of the B-TID for what the server wants', async () => {
    expect(await lookUp(btidOf(1), 'a')).toEqual(UNKNOWN)
    expect(asked).toEqual([{ ...REQUEST, btid: btidOf(1) }])
  })

  test('of a foreign domain costs no traffic', async () => {
    const foreign = btidOf(1).replace(BSF_NAME, 'bsf.elsewhere.example') as Btid
    expect(await lookUp(foreign, 'a')).toEqual(UNKNOWN)
    expect(asked).toEqual([])
  })

  test('is made once for all who ask meanwhile', async () => {
    const answers = Promise.all(['a', 'b', 'c'].map((from) => lookUp(btidOf(1), from)))
    expect(new Set(await answers)).toEqual(new Set([UNKNOWN]))
    expect(asked).toHaveLength(1)
  })
})

describe('what is remembered', () => {
  test.each([
    ['an unknown B-TID', UNKNOWN, 30_000],
    ['a NAF that is not authorized', { outcome: 'not-authorized' } as const, 30_000],
    ['a key', gbaUAnswer(1, createVirtualClock()), 60_000],
  ])('%s for a while', async (_, given, lifeMs) => {
    answer = async () => given
    await lookUp(btidOf(1), 'a')
    await clock.advance(lifeMs - 1)
    expect(await lookUp(btidOf(1), 'a')).toBe(given)
    expect(asked).toHaveLength(1)
    await clock.advance(1)
    await lookUp(btidOf(1), 'a')
    expect(asked).toHaveLength(2)
  })

  test('not that the BSF could not be asked', async () => {
    answer = async () => ({ outcome: 'unavailable' })
    await lookUp(btidOf(1), 'a')
    await lookUp(btidOf(1), 'a')
    expect(asked).toHaveLength(2)
  })

  test('a bounded number: the oldest gives way', async () => {
    lookup = lookupWith({ remembered: 2, perAddressAMinute: 100 })
    for (const n of [1, 2, 3, 3, 2, 1]) await lookUp(btidNumber(n), 'a')
    expect(asked.map(({ btid }) => btid)).toEqual([1, 2, 3, 1].map(btidNumber))
  })
})

describe('limits', () => {
  test('64 outstanding; the next is told that nobody can be asked now', async () => {
    const release: (() => void)[] = []
    answer = () =>
      new Promise((resolve) => {
        release.push(() => resolve(UNKNOWN))
      })
    const first = Array.from({ length: 64 }, (_, n) => lookUp(btidNumber(n), `a${n}`))
    expect(await lookUp(btidNumber(64), 'b')).toEqual({ outcome: 'unavailable' })
    release[0]?.()
    await first[0]
    const next = lookUp(btidNumber(65), 'b')
    await clock.advance(0)
    expect(asked).toHaveLength(65)
    for (const one of release) one()
    expect(await next).toEqual(UNKNOWN)
  })

  test('10 a minute and address; the next is told when to come again', async () => {
    for (let n = 0; n < 10; n++) await lookUp(btidNumber(n), 'a')
    await clock.advance(20_500)
    expect(await lookUp(btidNumber(10), 'a')).toEqual({
      outcome: 'limited',
      retryAfterSeconds: 40,
    })
    expect(await lookUp(btidNumber(10), 'b')).toEqual(UNKNOWN)
    await clock.advance(39_500)
    expect(await lookUp(btidNumber(11), 'a')).toEqual(UNKNOWN)
  })

  test('the addresses of one IPv6 network share them', async () => {
    for (let n = 0; n < 10; n++) await lookUp(btidNumber(n), `2001:db8::${n}`)
    expect(await lookUp(btidNumber(10), '2001:db8::a')).toMatchObject({ outcome: 'limited' })
    expect(await lookUp(btidNumber(10), '2001:db8:0:1::a')).toEqual(UNKNOWN)
  })

  test('what is remembered or under way counts against nobody', async () => {
    for (let n = 0; n < 50; n++) await lookUp(btidOf(1), 'a')
    expect(await lookUp(btidOf(2), 'a')).toEqual(UNKNOWN)
  })

  test('addresses are forgotten too, so that they cannot fill the memory', async () => {
    lookup = lookupWith({ remembered: 2, perAddressAMinute: 1 })
    for (const [n, address] of ['a', 'b', 'c', 'a'].entries()) {
      expect(await lookUp(btidNumber(n), address)).toEqual(UNKNOWN)
    }
    expect(await lookUp(btidNumber(9), 'a')).toMatchObject({ outcome: 'limited' })
  })
})

describe('a Zn that breaks its word', () => {
  test.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
  ])('and %s takes nothing for good', async (_, fail) => {
    lookup = lookupWith({ outstanding: 1, perAddressAMinute: 100 })
    answer = fail
    await expect(lookUp(btidOf(1), 'a')).rejects.toThrow('broken')
    answer = async () => UNKNOWN
    expect(await lookUp(btidOf(1), 'a')).toEqual(UNKNOWN)
  })
})

test('two NAF_Ids of one B-TID are two keys', async () => {
  await lookUp(btidOf(1), 'a')
  const nafId = { nafFqdn: NAF_FQDN, uaId: UA_ID_HTTP_DIGEST }
  await lookup.lookUp({ ...REQUEST, nafId, btid: btidOf(1) }, 'a')
  expect(asked.map((request) => request.nafId.uaId)).toEqual([UA_ID_CPNS, UA_ID_HTTP_DIGEST])
})
