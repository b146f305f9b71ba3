import { expect, test } from 'vitest'
import { openServerStore } from './server-store.ts'
import { testSealer, withFolder } from './sqlite.fixture.ts'

const NOW = 1_000_000
const messageTo = (to: string, n: number) => ({
  messageId: `m-${n}`,
  from: 'urn:x:from',
  to,
  contentType: 'text/plain',
  payload: Uint8Array.of(n),
  expiresAtMs: NOW + 60_000,
})

test('what was accepted, remembered or acknowledged here is so in every process that has the file', () =>
  withFolder(async (folder) => {
    const [own, other] = [1, 2].map(() => openServerStore(`${folder}/server.db`, testSealer()))
    if (own === undefined || other === undefined) throw new Error('two stores')
    expect(await other.changedElsewhere()).toBe(false)
    await own.acceptMessages([messageTo('urn:a', 1), messageTo('urn:b', 2)], NOW)
    await own.rememberMessages([messageTo('urn:c', 3)])
    expect(await other.changedElsewhere()).toBe(true)
    expect((await other.recipientsSince(0)).recipients).toHaveLength(2)
    const asked = [1, 2, 3, 4].map((n) => messageTo('', n))
    expect(await other.knownMessages(asked, NOW)).toEqual([true, true, true, false])
    expect(await other.acknowledgeMessage(messageTo('urn:a', 1))).toBe(true)
    expect(await own.waitingRecipients(NOW)).toEqual(['urn:b'])
    expect([await own.changedElsewhere(), await other.changedElsewhere()]).toEqual([true, false])
    for (const store of [own, other]) await store.close()
  }))
