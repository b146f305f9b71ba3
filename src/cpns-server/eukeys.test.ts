import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  BSF_NAME,
  btidOf,
  type CpnsWorld,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  IMPI,
  keyOf,
  NAF_FQDN,
  WATCH_ID,
} from '../../test/support/cpns-world.ts'
import type { ExchangeState } from '../cpns/exchange-state.ts'
import type { ConnectRequest } from '../cpns/messages.ts'
import { formatUssList, type KeyChoice } from '../gba/guss.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { parseUserId } from '../identity/user-id.ts'
import { noLog } from '../ports/log.ts'
import { createEuKeyFinder, type EuKeyFinder } from './eukeys.ts'
import type { CpnsServerOptions, ServerContext } from './options.ts'
import type { EuKey } from './server-store.ts'

let world: CpnsWorld

beforeEach(() => {
  world = createCpnsWorld()
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
})

afterEach(async () => {
  await world.close()
})

function finderWith(change: Partial<CpnsServerOptions> = {}): EuKeyFinder {
  return createEuKeyFinder({
    options: {
      nafFqdn: NAF_FQDN,
      uaId: UA_ID_CPNS,
      gbaKeyType: 'ks-ext-naf',
      allowGbaMe: false,
      ...change,
    },
    ports: {
      store: world.store,
      clock: world.clock,
      log: { ...noLog, error: (event: string) => void world.logged.push(event) },
      zn: new Map([[BSF_NAME, world.zn]]),
    },
  } as unknown as ServerContext)
}

const find = (
  change: Partial<Pick<ConnectRequest, 'entityId' | 'btid' | 'keyType'>>,
  options?: Partial<CpnsServerOptions>,
) => finderWith(options).forConnect({ entityId: GATEWAY_ID, ...change } as ConnectRequest, 'a')

/** Makes an EUKey the entity's current one. */
async function store(change: Partial<EuKey> = {}): Promise<EuKey> {
  const euKey: EuKey = {
    id: btidOf(7),
    entityId: GATEWAY_ID,
    owner: { kind: 'impi', id: IMPI },
    source: 'gba-u',
    keyType: 'ks-ext-naf',
    key: keyOf(7),
    createdAtMs: world.clock.nowMs(),
    expiresAtMs: world.clock.nowMs() + 60_000,
    ...change,
  }
  await world.store.assignEuKey(euKey)
  return euKey
}

/** Makes an EUKey wait for its first HASH. */
async function addCandidate(euKey: EuKey): Promise<void> {
  const nowMs = world.clock.nowMs()
  const kdf = { kdf: 'scrypt', salt: new Uint8Array(16), n: 16_384, r: 8, p: 1 } as const
  const keys = { authKey: keyOf(1), wrapBase: keyOf(2) }
  const userId = parseUserId(euKey.owner.id)
  await world.store.addUser({ userId, kdf, keys, createdAtMs: nowMs, changedAtMs: nowMs })
  const tombstone = { stateDigest: 's', messageDigest: 'm', answer: new Uint8Array(1) }
  const { outcome } = await world.store.completeAssignment(
    {
      tombstone: { ...tombstone, forgetAfterMs: nowMs + 1 },
      stateExpiresAtMs: nowMs + 1,
      euKey,
      userChangedAtMs: nowMs,
      bindFirstUse: true,
      attempts: { forgiven: [], returned: [] },
    },
    nowMs,
  )
  expect(outcome).toBe('completed')
}

const GBA_ME = () => {
  const { uiccKeyMaterial: _, ...answer } = gbaUAnswer(4, world.clock)
  return answer
}

describe('a key of GBA', () => {
  test('that Zn gives is a candidate: nothing is stored', async () => {
    expect(await find({ btid: btidOf(1), keyType: 'ks-ext-naf' })).toMatchObject({
      outcome: 'found',
      euKey: {
        id: btidOf(1),
        entityId: GATEWAY_ID,
        owner: { kind: 'impi', id: IMPI },
        source: 'gba-u',
        keyType: 'ks-ext-naf',
        expiresAtMs: world.clock.nowMs() + 24 * 3600_000,
      },
    })
    expect(await world.store.listEuKeys()).toEqual([])
  })

  test('is Ks_ext_NAF if the client does not say', async () => {
    expect(await find({ btid: btidOf(1) })).toMatchObject({ euKey: { keyType: 'ks-ext-naf' } })
  })

  test('that is stored needs no look-up', async () => {
    await store()
    expect(await find({ btid: btidOf(7), keyType: 'ks-ext-naf' })).toMatchObject({
      outcome: 'found',
      euKey: { id: btidOf(7) },
    })
    expect(world.zn.asked).toEqual([])
  })

  test.each([
    ['without B-TID', {}],
    ['unknown to the BSF', { btid: btidOf(9) }],
  ])('%s is none', async (_, change) => {
    expect(await find({ keyType: 'ks-ext-naf', ...change })).toEqual({ outcome: 'none' })
  })

  test('that was replaced is none, whatever the BSF says', async () => {
    await store({ id: btidOf(1) })
    await store({ id: btidOf(7) })
    expect(await find({ btid: btidOf(1) })).toEqual({ outcome: 'none' })
    expect(world.zn.asked).toEqual([])
  })

  test.each([
    [999, 'none'],
    [1000, 'found'],
  ])('with %i ms of life left: %s', async (lifeMs, outcome) => {
    await store({ expiresAtMs: world.clock.nowMs() + lifeMs })
    expect(await find({ btid: btidOf(7) })).toMatchObject({ outcome })
    const keyExpiresAtMs = world.clock.nowMs() + lifeMs
    world.zn.know(btidOf(2), { ...gbaUAnswer(2, world.clock), keyExpiresAtMs })
    expect(await find({ btid: btidOf(2) })).toMatchObject({ outcome })
  })

  test('whose last second the BSF took to answer: none', async () => {
    const keyExpiresAtMs = world.clock.nowMs() + 2500
    world.zn.requestBootstrappingInfo = async () => {
      await world.clock.advance(2000)
      return { ...gbaUAnswer(2, world.clock), keyExpiresAtMs }
    }
    expect(await find({ btid: btidOf(2) })).toEqual({ outcome: 'none' })
  })

  test.each([
    [{ outcome: 'not-authorized' }, { outcome: 'none' }],
    [{ outcome: 'unavailable' }, { outcome: 'unavailable' }],
  ] as const)('%o of the BSF is %o', async (answer, finding) => {
    world.zn.know(btidOf(2), answer)
    expect(await find({ btid: btidOf(2) })).toEqual(finding)
  })
})

describe('which kind is accepted (K-1, K-2)', () => {
  test('Ks_int_NAF, where policy demands it', async () => {
    const options = { gbaKeyType: 'ks-int-naf' } as const
    expect(await find({ btid: btidOf(1), keyType: 'ks-ext-naf' }, options)).toEqual({
      outcome: 'type-refused',
      keyType: 'ks-int-naf',
    })
    const found = await find({ btid: btidOf(1), keyType: 'ks-int-naf' }, options)
    expect(found.outcome === 'found' && found.euKey.key.equals(keyOf(2))).toBe(true)
  })

  test('GBA_ME only where policy allows it', async () => {
    world.zn.know(btidOf(4), GBA_ME())
    const wanted = { btid: btidOf(4), keyType: 'ks-naf' } as const
    expect(await find(wanted)).toEqual({ outcome: 'type-refused', keyType: 'ks-ext-naf' })
    expect(await find(wanted, { allowGbaMe: true })).toMatchObject({
      outcome: 'found',
      euKey: { source: 'gba-me', keyType: 'ks-naf' },
    })
  })

  test('GBA_U that calls itself GBA_ME is told what it is', async () => {
    const wanted = { btid: btidOf(1), keyType: 'ks-naf' } as const
    expect(await find(wanted, { allowGbaMe: true })).toEqual({
      outcome: 'type-refused',
      keyType: 'ks-ext-naf',
    })
  })

  test('a stored key counts only as long as policy accepts its kind', async () => {
    await store({ id: btidOf(1) })
    expect(await find({ btid: btidOf(1) }, { gbaKeyType: 'ks-int-naf' })).toEqual({
      outcome: 'type-refused',
      keyType: 'ks-int-naf',
    })
    world.zn.know(btidOf(4), GBA_ME())
    await store({ id: btidOf(4), source: 'gba-me', keyType: 'ks-naf' })
    expect(await find({ btid: btidOf(4), keyType: 'ks-naf' })).toMatchObject({
      outcome: 'type-refused',
    })
  })
})

describe('the key choice of the user security settings (K-1)', () => {
  const GSID = 1_000_001
  const know = (ussList: string) =>
    world.zn.know(btidOf(1), { ...gbaUAnswer(1, world.clock), ussList })
  const choice = (keyChoice: KeyChoice | undefined, gsid = GSID) =>
    formatUssList([
      { gsid, type: 0, uids: [], flags: [], ...(keyChoice !== undefined && { keyChoice }) },
    ])
  const kindFor = async (keyType: 'ks-ext-naf' | 'ks-int-naf', options = {}) => {
    const finding = await find({ btid: btidOf(1), keyType }, { gsid: GSID, ...options })
    return finding.outcome === 'found'
      ? finding.euKey.keyType
      : `${finding.outcome} ${'keyType' in finding ? finding.keyType : ''}`
  }

  test('UICC_BASED_KEY demands Ks_int_NAF, though policy does not', async () => {
    know(choice('UICC_BASED_KEY'))
    expect(await kindFor('ks-ext-naf')).toBe('type-refused ks-int-naf')
    expect(await kindFor('ks-int-naf')).toBe('ks-int-naf')
    const found = await find({ btid: btidOf(1), keyType: 'ks-int-naf' }, { gsid: GSID })
    expect(found.outcome === 'found' && found.euKey.key.equals(keyOf(2))).toBe(true)
  })

  test.each([undefined, 'ME_BASED_KEY', 'ME_UICC_BASED_KEYS'] as const)(
    '%s leaves it to policy, and lowers nothing',
    async (keyChoice) => {
      know(choice(keyChoice))
      expect(await kindFor('ks-ext-naf')).toBe('ks-ext-naf')
      const strict = { gbaKeyType: 'ks-int-naf' } as const
      expect(await kindFor('ks-ext-naf', strict)).toBe('type-refused ks-int-naf')
    },
  )

  test('that of another service does not count, nor does any without a GSID of ours', async () => {
    know(choice('UICC_BASED_KEY', GSID + 1))
    expect(await kindFor('ks-ext-naf')).toBe('ks-ext-naf')
    know(choice('UICC_BASED_KEY'))
    expect(await kindFor('ks-ext-naf', { gsid: undefined })).toBe('ks-ext-naf')
  })

  test('its uids that can be UserIDs come with the key; those of other services do not (K-4)', async () => {
    const uss = (gsid: number, uids: string[]) => ({ gsid, type: 0, uids, flags: [] })
    know(
      formatUssList([uss(GSID, ['sip:a@b.c', 'alice', 'x'.repeat(200)]), uss(GSID + 1, ['eve'])]),
    )
    const found = await find({ btid: btidOf(1) }, { gsid: GSID })
    expect(found.outcome === 'found' && found.euKey.userIds).toEqual(['sip:a@b.c', 'alice'])
    const without = await find({ btid: btidOf(1) })
    expect(without.outcome === 'found' && without.euKey).not.toHaveProperty('userIds')
  })

  test('the GSID is asked for on Zn, if there is one', async () => {
    const asked: (readonly number[])[] = []
    world.zn.requestBootstrappingInfo = async ({ gsids }) => {
      asked.push(gsids)
      return { outcome: 'unavailable' }
    }
    await find({ btid: btidOf(1) }, { gsid: GSID })
    await find({ btid: btidOf(1) })
    expect(asked).toEqual([[GSID], []])
  })

  test('UICC_BASED_KEY is no business of a card without GBA_U, whatever policy allows', async () => {
    world.zn.know(btidOf(4), { ...GBA_ME(), ussList: choice('UICC_BASED_KEY') })
    const options = { gsid: GSID, allowGbaMe: true }
    expect(await find({ btid: btidOf(4), keyType: 'ks-naf' }, options)).toEqual({
      outcome: 'type-refused',
      keyType: 'ks-int-naf',
    })
  })

  test.each(['<ussList', '<guss/>', '<ussList><uss id="x" type="0"/></ussList>'])(
    '%s cannot be read: nobody knows what is demanded, so the server is busy, and says why',
    async (ussList) => {
      know(ussList)
      expect(await kindFor('ks-int-naf')).toBe('unavailable ')
      expect(world.logged).toEqual(['key-choice-not-readable'])
    },
  )

  test('a BSF that names nobody gives no EUKey, for it has no owner', async () => {
    const { impi: _, ...unnamed } = GBA_ME()
    world.zn.know(btidOf(5), unnamed)
    const found = await find({ btid: btidOf(5), keyType: 'ks-naf' }, { allowGbaMe: true })
    expect(found).toEqual({ outcome: 'unavailable' })
    expect(world.logged).toEqual(['bsf-names-nobody'])
  })

  test('a key that was stored under it needs no look-up, and no weaker one is accepted', async () => {
    await store({ keyType: 'ks-int-naf' })
    const found = await find({ btid: btidOf(7), keyType: 'ks-int-naf' }, { gsid: GSID })
    expect(found.outcome).toBe('found')
    expect(await find({ btid: btidOf(7), keyType: 'ks-ext-naf' }, { gsid: GSID })).toEqual({
      outcome: 'type-refused',
      keyType: 'ks-int-naf',
    })
    expect(world.zn.asked).toEqual([])
  })
})

describe('an assigned key', () => {
  const assigned = { entityId: WATCH_ID, source: 'assigned', keyType: 'assigned' } as const

  test('is the current one of its entity', async () => {
    await store({ ...assigned, id: 'k-1' })
    await store({ ...assigned, id: 'k-2' })
    expect(await find({ entityId: WATCH_ID, keyType: 'assigned' })).toMatchObject({
      euKey: { id: 'k-2' },
    })
  })

  test('beside one that waits: a session must not outlive the first of them that ends', async () => {
    const owner = { kind: 'user', id: 'alice' } as const
    const expiresAtMs = world.clock.nowMs() + 5000
    const euKey = await store({ ...assigned, owner, id: 'k-1', expiresAtMs })
    await addCandidate({ ...euKey, id: 'k-2', expiresAtMs: expiresAtMs + 60_000 })
    expect(await find({ entityId: WATCH_ID, keyType: 'assigned' })).toMatchObject({
      euKey: { id: 'k-2' },
      usableUntilMs: euKey.expiresAtMs,
    })
  })

  test('is what is meant by a request without KeyType and B-TID', async () => {
    await store({ ...assigned, id: 'k-1' })
    expect(await find({ entityId: WATCH_ID })).toMatchObject({ euKey: { id: 'k-1' } })
  })

  test('is none, if the current one is of GBA, or has expired, or there is none', async () => {
    expect(await find({ keyType: 'assigned' })).toEqual({ outcome: 'none' })
    await store()
    expect(await find({ keyType: 'assigned' })).toEqual({ outcome: 'none' })
    await store({ ...assigned, id: 'k-1' })
    await world.clock.advance(60_000)
    expect(await find({ entityId: WATCH_ID, keyType: 'assigned' })).toEqual({ outcome: 'none' })
  })
})

describe('at the end of an exchange', () => {
  const found = (euKeys: readonly unknown[]) => ({ outcome: 'found', euKeys })
  const stateOf = (change: Partial<ExchangeState>) =>
    ({
      entityId: GATEWAY_ID,
      keyType: 'ks-ext-naf',
      euKeyId: btidOf(1),
      ...change,
    }) as ExchangeState

  test('the candidate of its beginning is still there', async () => {
    const finder = finderWith()
    await finder.forConnect({ entityId: GATEWAY_ID, btid: btidOf(1) } as ConnectRequest, 'a')
    world.zn.know(btidOf(1), { outcome: 'unavailable' })
    expect(await finder.forState(stateOf({}), 'a')).toMatchObject(found([{ id: btidOf(1) }]))
  })

  test('an assigned key that was replaced meanwhile is not', async () => {
    const assigned = { entityId: WATCH_ID, source: 'assigned', keyType: 'assigned' } as const
    await store({ ...assigned, id: 'k-1' })
    const state = stateOf({ entityId: WATCH_ID, keyType: 'assigned', euKeyId: 'k-1' })
    expect(await finderWith().forState(state, 'a')).toMatchObject(found([{ id: 'k-1' }]))
    await store({ ...assigned, id: 'k-2' })
    expect(await finderWith().forState(state, 'a')).toEqual(found([]))
  })

  test('a key of a kind that is not accepted any more is not', async () => {
    const finder = finderWith({ gbaKeyType: 'ks-int-naf' })
    expect(await finder.forState(stateOf({}), 'a')).toEqual(found([]))
  })

  test('a node that has not begun it asks the BSF, and says if that cannot answer', async () => {
    expect(await finderWith().forState(stateOf({}), 'a')).toMatchObject(found([{ id: btidOf(1) }]))
    world.zn.know(btidOf(1), { outcome: 'unavailable' })
    expect(await finderWith().forState(stateOf({}), 'a')).toEqual({ outcome: 'unavailable' })
    const busy = finderWith({ znLimits: { perAddressAMinute: 0 } })
    await busy.forState(stateOf({ euKeyId: btidOf(2) }), 'a')
    expect(await busy.forState(stateOf({}), 'a')).toEqual({
      outcome: 'limited',
      retryAfterSeconds: 60,
    })
  })
})
