import { beforeEach, describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import { TransportFailed } from '../errors/errors.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { CARD_SUCCESS, createScriptedCard } from '../gba/scripted-card.fixture.ts'
import type { UbExchange } from '../gba/ub-exchange.ts'
import { formatChallenge, formatSuccess } from '../gba/ub-messages.ts'
import { parseDigestAuthorization } from '../http-digest/digest-headers.ts'
import { parseBtid } from '../identity/btid.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { UA_ID_HTTP_DIGEST } from '../identity/naf-id.ts'
import { createCardKeySource } from './card-key-source.ts'

const BTID = parseBtid(WORKED.btid)
const WANTED = {
  nafId: { nafFqdn: parseFqdn('cpns.example.org'), uaId: UA_ID_HTTP_DIGEST },
  keyUse: 'ME',
} as const

let clock: VirtualClock
let asked: number
let ub: UbExchange
beforeEach(() => {
  clock = createVirtualClock(Date.UTC(2026, 10, 24))
  asked = 0
  ub = {
    async exchange({ headers, uri }) {
      asked += 1
      const { username, realm, nonce, cnonce } = parseDigestAuthorization(
        headers.authorization?.[0] ?? '',
      )
      const bsf = { bsfName: WORKED.bsfName, product: 'test' }
      if (cnonce === undefined) {
        return formatChallenge(bsf, { nonce: WORKED.nonce, opaque: 'AAAA', stale: false })
      }
      const info = { btid: BTID, expiresAtMs: clock.nowMs() + 3_600_000 }
      const digest = { username, realm, nonce, uri, cnonce, password: WORKED.resGbaU }
      return formatSuccess('test', { info, digest })
    },
  }
})

const sourceOf = (runs: number, held?: string) => {
  const card = createScriptedCard(Array.from({ length: runs }, () => CARD_SUCCESS))
  if (held !== undefined) card.held = { rand: WORKED.rand, btid: BTID, keyLifetime: held }
  return createCardKeySource({ card, ub, clock, random: createSeededRandom('ua') })
}

describe('a key', () => {
  test('of the worked example, with one run for all who ask', async () => {
    const source = sourceOf(1)
    const keys = await Promise.all([source.obtain(WANTED), source.obtain(WANTED)])
    for (const { btid, key, expiresAtMs } of keys) {
      expect(btid).toBe(BTID)
      expect(Buffer.from(key.reveal()).toString('base64')).toBe(
        '3Q9/PjTD9Qh5T6FiL0LC40UHXWkjH51RiKSKbu6B1w8=',
      )
      expect(expiresAtMs).toBe(clock.nowMs() + 3_600_000)
    }
    expect(asked).toBe(2)
  })

  test('after its end comes from a new run', async () => {
    const source = sourceOf(2)
    await source.obtain(WANTED)
    await clock.advance(3_600_000)
    await source.obtain(WANTED)
    expect(asked).toBe(4)
  })

  test('that the NAF refused comes from a new run, once for all who were refused', async () => {
    const source = sourceOf(2)
    const { btid } = await source.obtain(WANTED)
    await source.obtain({ ...WANTED, refused: btid })
    expect(asked).toBe(4)
    const other = parseBtid(BTID.replace('I1U8', 'AAAA'))
    await source.obtain({ ...WANTED, refused: other })
    expect(asked).toBe(4)
  })

  test('of a session that the card still holds needs no run', async () => {
    const { btid, expiresAtMs } = await sourceOf(0, '2026-11-24T10:00:00Z').obtain(WANTED)
    expect([btid, expiresAtMs, asked]).toEqual([BTID, Date.UTC(2026, 10, 24, 10), 0])
  })

  test('of a session that is over needs one', async () => {
    await sourceOf(1, '2026-11-23T10:00:00Z').obtain(WANTED)
    expect(asked).toBe(2)
  })
})

describe('failures', () => {
  test('Ks_int_NAF stays in the card', async () => {
    const obtained = sourceOf(0).obtain({ ...WANTED, keyUse: 'UICC' })
    await expect(obtained).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('a run that fails says which check it was, and the next one may go well', async () => {
    const good = ub.exchange
    ub.exchange = async () => ({ status: 403, headers: {}, body: new Uint8Array(0) })
    const source = sourceOf(1)
    await expect(source.obtain(WANTED)).rejects.toMatchObject({ code: 'authentication-failed' })
    ub.exchange = async () => {
      throw new TransportFailed('gone')
    }
    await expect(source.obtain(WANTED)).rejects.toMatchObject({ code: 'transport-failed' })
    ub.exchange = good
    expect((await source.obtain(WANTED)).btid).toBe(BTID)
  })
})
