import { expect, test } from 'vitest'
import type { UiccReader } from '../apdu/uicc-reader.ts'
import { Secret } from '../crypto/secret.ts'
import { TransportFailed } from '../errors/errors.ts'
import { parseBtid } from '../identity/btid.ts'
import { UA_ID_CPNS } from '../identity/naf-id.ts'
import { utf8 } from '../octets/octets.ts'
import { createTestCard, profileFile } from '../uicc/uicc.fixture.ts'
import type { GbaCard } from './gba-card.ts'
import { WORKED } from './gba-facts.fixture.ts'
import { openUiccApplication } from './uicc-terminal.ts'

const CHALLENGE = { rand: WORKED.rand, autn: WORKED.autnStar }
const NAF_ID = { nafFqdn: WORKED.nafFqdn, uaId: UA_ID_CPNS }
const RUN = { btid: parseBtid(WORKED.btid), keyLifetime: '2026-11-24T10:00:00Z' }
const OTHER_USER = [{ application: 'USIM', imsi: '001010000000009', mncLength: 2 }]
const PIN = Secret.of(utf8('1234'))

/** A reader whose card can be pulled, put back, and replaced. */
async function createOpenReader(changes: Record<string, unknown> = {}) {
  let card: UiccReader | undefined = (await createTestCard(changes)).reader
  let isPowered = false
  let resets = 0
  const inserted = (): UiccReader => {
    if (card === undefined) throw new TransportFailed('there is no card in it')
    return card
  }
  const reader: UiccReader = {
    name: 'open',
    async reset() {
      const atr = await inserted().reset()
      isPowered = true
      resets++
      return atr
    },
    async transmit(command) {
      if (!isPowered) throw new TransportFailed('the card was removed')
      return inserted().transmit(command)
    },
    close: async () => {},
  }
  return {
    reader,
    resets: () => resets,
    pull() {
      const pulled = inserted()
      card = undefined
      isPowered = false
      return pulled
    },
    insert(inserting: UiccReader) {
      card = inserting
    },
  }
}

type OpenReader = Awaited<ReturnType<typeof createOpenReader>>

/** As quickly as a hand can: nobody used the card meanwhile. */
function pullAndInsert({ pull, insert }: OpenReader, next?: UiccReader): void {
  const pulled = pull()
  insert(next ?? pulled)
}

const removed = (work: Promise<unknown>) =>
  expect(work).rejects.toThrow(new TransportFailed('the card was removed'))

async function bootstrapped(card: GbaCard): Promise<void> {
  expect((await card.bootstrap(CHALLENGE)).outcome).toBe('success')
  await card.writeBootstrap(RUN)
}

test('a card that was put back goes on with what it keeps, at the second operation', async () => {
  const open = await createOpenReader()
  const card = await openUiccApplication(open.reader)
  await bootstrapped(card)
  pullAndInsert(open)
  await removed(card.deriveKsExtNaf(NAF_ID))
  expect((await card.readBootstrap())?.btid).toBe(WORKED.btid)
  expect(await card.deriveKsExtNaf(NAF_ID)).toHaveLength(32)
  expect(open.resets()).toBe(2)
})

test('as long as there is none, each operation says so', async () => {
  const open = await createOpenReader()
  const card = await openUiccApplication(open.reader)
  const pulled = open.pull()
  await removed(card.bootstrap(CHALLENGE))
  for (let n = 0; n < 2; n++) {
    await expect(card.bootstrap(CHALLENGE)).rejects.toThrow('there is no card in it')
  }
  open.insert(pulled)
  expect((await card.bootstrap(CHALLENGE)).outcome).toBe('success')
})

test("another user's card is refused, and the former one taken again", async () => {
  const open = await createOpenReader()
  const card = await openUiccApplication(open.reader)
  const pulled = open.pull()
  open.insert((await createTestCard({ applications: OTHER_USER })).reader)
  await removed(card.bootstrap(CHALLENGE))
  for (let n = 0; n < 2; n++) {
    const answer = card.bootstrap(CHALLENGE)
    await expect(answer).rejects.toBeInstanceOf(TransportFailed)
    await expect(answer).rejects.toThrow('another card is in the reader')
  }
  open.pull()
  open.insert(pulled)
  expect((await card.bootstrap(CHALLENGE)).outcome).toBe('success')
})

test('a card without the application is none of those that are waited for', async () => {
  const open = await createOpenReader()
  const card = await openUiccApplication(open.reader, { application: 'ISIM' })
  const usimOnly = { applications: [(profileFile().applications as object[])[0]] }
  pullAndInsert(open, (await createTestCard(usimOnly)).reader)
  await removed(card.bootstrap(CHALLENGE))
  const answer = card.bootstrap(CHALLENGE)
  await expect(answer).rejects.toBeInstanceOf(TransportFailed)
  await expect(answer).rejects.toThrow('the card has no ISIM')
})

test('the EUKey operations begin anew: a reset card has forgotten the exchange', async () => {
  const open = await createOpenReader()
  const card = await openUiccApplication(open.reader)
  await bootstrapped(card)
  await card.deriveKsExtNaf(NAF_ID)
  const operations = card.euKeyOperations?.(NAF_ID)
  expect((await operations?.start())?.outcome).toBe('started')
  pullAndInsert(open)
  const digest = new Uint8Array(32)
  const octets = new Uint8Array(16)
  const proof = { randomClient: octets, randomServer: octets, digests: [digest, digest] } as const
  await removed(operations?.prove(proof) as Promise<unknown>)
  expect((await operations?.prove(proof))?.outcome).toBe('out-of-turn')
  expect((await operations?.start())?.outcome).toBe('started')
})

test('a run that only the terminal remembered is forgotten', async () => {
  const open = await createOpenReader()
  const card = await openUiccApplication(open.reader)
  await card.bootstrap(CHALLENGE)
  const label = 'x'.repeat(62)
  const btid = parseBtid(`${WORKED.btid.split('@')[0]}@${label}.${label}.${label}.example`)
  await card.writeBootstrap({ ...RUN, btid })
  expect((await card.readBootstrap())?.btid).toBe(btid)
  pullAndInsert(open)
  await removed(card.readBootstrap())
  expect(await card.readBootstrap()).toBeUndefined()
})

test('the PIN is given again to the card that asks for it, and once at most to another one', async () => {
  const withPin = (value: string) => ({
    pins: { ...(profileFile().pins as object), pin: { value, puk: '12345678', enabled: true } },
  })
  const open = await createOpenReader(withPin('1234'))
  const card = await openUiccApplication(open.reader, { pin: PIN })
  const own = open.pull()
  open.insert(own)
  await removed(card.bootstrap(CHALLENGE))
  expect((await card.bootstrap(CHALLENGE)).outcome).toBe('success')

  const other = await createTestCard({ ...withPin('9999'), applications: OTHER_USER })
  pullAndInsert(open, other.reader)
  await removed(card.bootstrap(CHALLENGE))
  await expect(card.bootstrap(CHALLENGE)).rejects.toThrow('the card did not accept the PIN')
  await expect(card.bootstrap(CHALLENGE)).rejects.toThrow('the card asks for its PIN')
  await other.reader.reset()
  await other.send('00a4040c07a0000000871002')
  expect(await other.send('00200001')).toBe('63c2')
})
