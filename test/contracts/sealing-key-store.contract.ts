/** What every `SealingKeyStore` promises. K-6 */
import { expect, test } from 'vitest'
import type { SealingKey, SealingKeyStore } from '../../src/crypto/sealing-ring.ts'
import { Secret } from '../../src/crypto/secret.ts'

const PURPOSE = 'cpns state'

function keyNumber(n: number): SealingKey {
  return {
    id: n.toString(16).padStart(8, '0'),
    key: Secret.of(new Uint8Array(32).fill(n)),
    createdAtMs: 1_000 - n,
  }
}

const idsOf = (keys: readonly SealingKey[]) => keys.map(({ id }) => Number.parseInt(id, 16))

/** @param open A fresh, empty store each time. */
export function sealingKeyStoreContract(open: () => Promise<SealingKeyStore>): void {
  test('there is no sealing key at first', async () => {
    expect(await (await open()).loadSealingKeys(PURPOSE)).toEqual([])
  })

  test('a sealing key comes back as it was added', async () => {
    const store = await open()
    const candidate = keyNumber(1)
    const after = await store.rotateSealingKey(PURPOSE, { candidate, replaces: undefined })
    for (const [found] of [after, await store.loadSealingKeys(PURPOSE)]) {
      expect(found).toMatchObject({ id: candidate.id, createdAtMs: candidate.createdAtMs })
      expect(found?.key.equals(candidate.key)).toBe(true)
    }
  })

  test('the newest two are kept in order of rotation, whatever the clocks said', async () => {
    const store = await open()
    let replaces: string | undefined
    for (const n of [1, 2, 3, 4]) {
      const after = await store.rotateSealingKey(PURPOSE, { candidate: keyNumber(n), replaces })
      expect(idsOf(after)).toEqual(n === 1 ? [1] : [n, n - 1])
      replaces = keyNumber(n).id
    }
    expect(idsOf(await store.loadSealingKeys(PURPOSE))).toEqual([4, 3])
  })

  test('of two nodes that rotate at once, one wins and both use its key', async () => {
    const store = await open()
    const rotate = (n: number, replaces?: string) =>
      store.rotateSealingKey(PURPOSE, { candidate: keyNumber(n), replaces })
    const [a, b] = await Promise.all([rotate(1), rotate(2)])
    expect([idsOf(a), idsOf(b)]).toEqual([[1], [1]])
    expect(idsOf(await rotate(3, keyNumber(2).id))).toEqual([1])
    expect(idsOf(await rotate(4, keyNumber(1).id))).toEqual([4, 1])
  })

  test('purposes do not see each other', async () => {
    const store = await open()
    await store.rotateSealingKey(PURPOSE, { candidate: keyNumber(1), replaces: undefined })
    expect(await store.loadSealingKeys('cpns')).toEqual([])
    const other = await store.rotateSealingKey('ub', {
      candidate: keyNumber(1),
      replaces: undefined,
    })
    expect(idsOf(other)).toEqual([1])
  })
}
