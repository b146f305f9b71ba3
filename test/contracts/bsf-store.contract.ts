/** What every `BsfStore` promises. Design 9 */
import { expect, test } from 'vitest'
import type { BootstrappingSession, BsfStore } from '../../src/bsf/bsf-store.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { formatBtid } from '../../src/identity/btid.ts'
import { parseFqdn } from '../../src/identity/fqdn.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { sealingKeyStoreContract } from './sealing-key-store.contract.ts'
import { storeContract } from './store.contract.ts'

const NOW = 1_000_000

/** A bootstrapping session whose RAND is filled with `fill`; it expires at 2 000 000. */
export function sampleSession(fill = 1, bsfName = 'bsf.example'): BootstrappingSession {
  const rand = new Uint8Array(16).fill(fill)
  return {
    btid: formatBtid({ rand, bsfName: parseFqdn(bsfName) }),
    impi: parseImpi('alice@ims.example'),
    rand,
    ks: Secret.of(new Uint8Array(32).fill(fill)),
    gbaType: 'GBA_U',
    createdAtMs: NOW,
    expiresAtMs: 2 * NOW,
  }
}

const challengeOf = ({ rand }: BootstrappingSession) => ({ rand, forgetAfterMs: NOW + 60_000 })

/** @param open A fresh, empty store each time. */
export function bsfStoreContract(open: () => Promise<BsfStore>): void {
  storeContract(open, (store) => store.findBootstrappingSession(sampleSession().btid, NOW))
  sealingKeyStoreContract(open)
  completionContract(open)
  expiryContract(open)
  tmpiContract(open)
}

function completionContract(open: () => Promise<BsfStore>): void {
  test('a session comes back as it was stored', async () => {
    const store = await open()
    const me: BootstrappingSession = { ...sampleSession(2), gbaType: 'GBA_ME', guss: '<guss/>' }
    for (const expected of [sampleSession(1), me]) {
      expect(await store.completeBootstrapping(expected, challengeOf(expected))).toBe('completed')
      const found = await store.findBootstrappingSession(expected.btid, NOW)
      const { ks, ...rest } = found as BootstrappingSession
      const { ks: expectedKs, ...plain } = expected
      expect(rest).toEqual(plain)
      expect(ks.equals(expectedKs)).toBe(true)
    }
  })

  test('a challenge is answered once, whichever way', async () => {
    const store = await open()
    const session = sampleSession()
    const challenge = challengeOf(session)
    expect(await store.useChallenge(challenge)).toBe(true)
    expect(await store.useChallenge(challenge)).toBe(false)
    expect(await store.completeBootstrapping(session, challenge)).toBe('challenge-used')
    expect(await store.findBootstrappingSession(session.btid, NOW)).toBeUndefined()
  })

  test('of many completions at once one is done', async () => {
    const store = await open()
    const session = sampleSession()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => store.completeBootstrapping(session, challengeOf(session))),
    )
    expect(outcomes.filter((outcome) => outcome === 'completed')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'challenge-used')).toHaveLength(19)
    expect(await store.useChallenge(challengeOf(session))).toBe(false)
  })

  test('an answered challenge is known for its time, also after a session that ends before', async () => {
    const store = await open()
    const session = { ...sampleSession(), expiresAtMs: NOW + 1000 }
    const challenge = challengeOf(session)
    expect(await store.completeBootstrapping(session, challenge)).toBe('completed')
    await store.removeExpired(NOW + 59_999)
    expect(await store.findBootstrappingSession(session.btid, NOW)).toBeUndefined()
    expect(await store.useChallenge(challenge)).toBe(false)
    expect(await store.completeBootstrapping(session, challenge)).toBe('challenge-used')
  })

  test('a RAND that comes again in a later challenge was met before', async () => {
    const store = await open()
    const session = sampleSession()
    await store.completeBootstrapping(session, challengeOf(session))
    const later = { ...challengeOf(session), forgetAfterMs: NOW + 60_001 }
    const again = { ...session, createdAtMs: NOW + 1 }
    expect(await store.completeBootstrapping(again, later)).toBe('duplicate-btid')
  })

  test('a B-TID that was given before changes nothing', async () => {
    const store = await open()
    const session = sampleSession()
    await store.completeBootstrapping(session, challengeOf(session))
    const other = { rand: new Uint8Array(16).fill(0xee), forgetAfterMs: NOW }
    const again = { ...session, impi: parseImpi('eve@ims.example') }
    expect(await store.completeBootstrapping(again, other)).toBe('duplicate-btid')
    expect((await store.findBootstrappingSession(session.btid, NOW))?.impi).toBe(session.impi)
    expect(await store.useChallenge(other)).toBe(true)
  })
}

function expiryContract(open: () => Promise<BsfStore>): void {
  test('a session is not found from its expiry on', async () => {
    const store = await open()
    const session = sampleSession()
    await store.completeBootstrapping(session, challengeOf(session))
    const find = (nowMs: number) => store.findBootstrappingSession(session.btid, nowMs)
    expect(await find(session.expiresAtMs - 1)).toBeDefined()
    expect(await find(session.expiresAtMs)).toBeUndefined()
  })

  test('only what has expired is removed', async () => {
    const store = await open()
    const session = sampleSession()
    await store.completeBootstrapping(session, challengeOf(session))
    await store.useChallenge(challengeOf(sampleSession(2)))
    expect(await store.removeExpired(NOW)).toBe(0)
    expect(await store.removeExpired(NOW + 60_000)).toBe(1)
    expect(await store.findBootstrappingSession(session.btid, NOW)).toBeDefined()
    expect(await store.removeExpired(session.expiresAtMs)).toBe(1)
    expect(await store.findBootstrappingSession(session.btid, NOW)).toBeUndefined()
  })
}

function tmpiContract(open: () => Promise<BsfStore>): void {
  const complete = async (store: BsfStore, fill: number, tmpi?: string, user = 'alice') => {
    const session = { ...sampleSession(fill), impi: parseImpi(`${user}@ims.example`) }
    return store.completeBootstrapping(session, challengeOf(session), tmpi)
  }

  test('a TMPI stands for its IMPI until there is another one', async () => {
    const store = await open()
    expect(await store.findImpiOfTmpi('one')).toBeUndefined()
    await complete(store, 1, 'one')
    await complete(store, 2, 'two', 'bob')
    await complete(store, 3)
    expect(await store.findImpiOfTmpi('one')).toBe('alice@ims.example')
    await complete(store, 4, 'three')
    expect(await store.findImpiOfTmpi('one')).toBeUndefined()
    expect(await store.findImpiOfTmpi('three')).toBe('alice@ims.example')
    expect(await store.findImpiOfTmpi('two')).toBe('bob@ims.example')
  })

  test('a TMPI changes only with a completion, and outlives the session', async () => {
    const store = await open()
    await complete(store, 1, 'one')
    expect(await complete(store, 1, 'two')).toBe('challenge-used')
    expect(await store.findImpiOfTmpi('two')).toBeUndefined()
    await store.removeExpired(3 * NOW)
    expect(await store.findImpiOfTmpi('one')).toBe('alice@ims.example')
  })
}
