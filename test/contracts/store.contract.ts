/** What every `Store` promises, whatever it keeps. Design 9 */
import { expect, test } from 'vitest'
import { StoreFailed } from '../../src/errors/errors.ts'
import type { Store } from '../../src/ports/store.ts'

/** @param open A fresh, empty store each time. @param read Any operation of it that reads. */
export function storeContract<S extends Store>(
  open: () => Promise<S>,
  read: (store: S) => Promise<unknown>,
): void {
  test('is usable until it is closed, and may be closed twice', async () => {
    const store = await open()
    await store.check()
    await store.close()
    await store.close()
    await expect(store.check()).rejects.toThrow(StoreFailed)
    await expect(read(store)).rejects.toThrow(StoreFailed)
  })
}
