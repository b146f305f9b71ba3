import { expect, test } from 'vitest'
import { createSeededRandom } from '../../test/support/seeded-random.ts'
import { encodeEfGbabp } from '../apdu/ef-gbabp.ts'
import { decodeNafListEntry } from '../apdu/ef-gbanl.ts'
import { WORKED } from '../gba/gba-facts.fixture.ts'
import { fromHex, fromUtf8, toHex, utf8 } from '../octets/octets.ts'
import { NAF_KEY_RECORDS } from './application-files.ts'
import { createMemorySealer } from './sealed-memory.ts'
import {
  challengesFor,
  createTestCard,
  nafDerivation,
  SELECT_USIM,
  type TestCard,
  testProfile,
} from './uicc.fixture.ts'

const impi = utf8(WORKED.impi)
const naf = (name: string) => Uint8Array.of(...utf8(name), ...fromHex('0100000002'))

async function bootstrapped(): Promise<TestCard> {
  const card = await createTestCard()
  await card.send(SELECT_USIM)
  await card.send(challengesFor(WORKED.sqn).gba)
  return card
}

async function writeGbabp(card: TestCard, rand: Uint8Array, btid: string): Promise<void> {
  const file = encodeEfGbabp({ rand, btid, keyLifetime: '' }, 100)
  await card.send('00a4000c026fd6')
  expect(await card.send(`00d6000064${toHex(file)}`)).toBe('9000')
}

async function nafList(card: TestCard): Promise<(string | undefined)[]> {
  await card.send('00a4000c026fda')
  const list: (string | undefined)[] = []
  for (let record = 1; record <= NAF_KEY_RECORDS; record++) {
    const octets = fromHex((await card.send(`00b20${record}04ff`)).slice(0, -4))
    const entry = decodeNafListEntry(octets)
    list.push(entry && `${fromUtf8(entry.nafId.slice(0, -5))} ${entry.btid}`.trim())
  }
  return list
}

function memoryOf(card: TestCard) {
  const sealer = createMemorySealer(testProfile(), createSeededRandom('open'))
  return sealer.open(card.state.stored as Uint8Array)
}

test('the card lists NAF_Id and B-TID, and keeps Ks_int_NAF', async () => {
  const card = await bootstrapped()
  await writeGbabp(card, WORKED.rand, WORKED.btid)
  const nafId = Uint8Array.of(...utf8(WORKED.nafFqdn), ...fromHex('0100000002'))
  await card.send(nafDerivation(nafId, impi))
  expect((await nafList(card))[0]).toBe(`${WORKED.nafFqdn} ${WORKED.btid}`)
  const [key] = memoryOf(card).gba.USIM?.nafKeys ?? []
  expect(toHex(key?.ksIntNaf.reveal() as Uint8Array)).toBe(
    'e7b60b6ca2d1c114e659861901244d891ac6e7546ca8cb7962d49abf61eadbe0',
  )
})

test('without B-TID, with that of another RAND, or with a broken file, the entry has none', async () => {
  const card = await bootstrapped()
  await card.send(nafDerivation(naf('a'), impi))
  await writeGbabp(card, new Uint8Array(16), WORKED.btid)
  await card.send(nafDerivation(naf('b'), impi))
  await card.send('00a4000c026fd6')
  await card.send('00d6000001fe')
  await card.send('00d6000b01ff')
  await card.send(nafDerivation(naf('c'), impi))
  expect((await nafList(card)).slice(0, 3)).toEqual(['a', 'b', 'c'])
})

test('a NAF keeps its record, the least recently used one goes when all are full', async () => {
  const card = await bootstrapped()
  for (const name of ['a', 'b', 'c', 'd', 'e', 'a', 'f']) {
    expect(await card.send(nafDerivation(naf(name), impi))).toBe('6122')
  }
  expect(await nafList(card)).toEqual(['a', 'f', 'c', 'd', 'e'])
  expect(memoryOf(card).gba.USIM?.nafKeys.map(({ record }) => record)).toEqual([2, 1, 5, 4, 3])
})

test('a new bootstrapping run leaves the keys of NAFs and gives other ones', async () => {
  const card = await bootstrapped()
  const first = await card.fetch(nafDerivation(naf('a'), impi))
  await card.send(challengesFor(0xc0n, new Uint8Array(16)).gba)
  expect((await nafList(card))[0]).toBe('a')
  expect(memoryOf(card).gba.USIM?.nafKeys).toHaveLength(1)
  expect(await card.fetch(nafDerivation(naf('a'), impi))).not.toBe(first)
})

test('an entry that no record holds is 98 66, and changes nothing', async () => {
  const card = await bootstrapped()
  await writeGbabp(card, WORKED.rand, WORKED.btid)
  const { saves } = card.state
  expect(await card.send(nafDerivation(naf('x'.repeat(190)), utf8('a@b')))).toBe('9866')
  expect(card.state.saves).toBe(saves)
})

test('Ks survives a reset', async () => {
  const card = await bootstrapped()
  const before = await card.fetch(nafDerivation(naf('a'), impi))
  await card.reader.reset()
  await card.send(SELECT_USIM)
  expect(await card.fetch(nafDerivation(naf('a'), impi))).toBe(before)
})
