import { readFileSync, rmSync, statSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { noLog } from '../ports/log.ts'
import type { TraceItem } from '../trace/trace.ts'
import { temporaryFolder } from './lab.fixture.ts'
import { loadLabCards, openCard, openOwnCard } from './lab-cards.ts'
import { DEFAULT_LAB_CONFIG } from './lab-config.ts'
import { IMPI, OTHER_IMPI } from './lab-names.ts'
import type { LabContext } from './lab-ports.ts'

let path: string
let traced: TraceItem[]
let context: LabContext
beforeEach(async () => {
  path = temporaryFolder()
  traced = []
  const random = createSystemRandom()
  context = {
    config: DEFAULT_LAB_CONFIG,
    folder: await openDataFolder(path, { create: true }, random),
    clock: systemClock,
    random,
    trace: (item) => void traced.push(item),
    log: noLog,
    releases: [],
  }
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

test('three cards with keys of their own, in files that only their owner can read', async () => {
  const { own, other, cloned } = await loadLabCards(context)
  const keys = [own, other, cloned].map(({ profile }) => profile.credentials.subscriberKey)
  expect(keys.filter((key) => keys.filter((one) => one.equals(key)).length === 1)).toHaveLength(3)
  for (const { file } of [own, other, cloned]) expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('the clone says it is the PN GW, the other does not', async () => {
  const cards = await loadLabCards(context)
  const impis = []
  for (const card of [cards.own, cards.cloned, cards.other]) {
    const opened = await openCard(card, 'somebody', context)
    impis.push(opened.impi)
    expect(opened.supportsGbaU).toBe(true)
    await opened.close()
  }
  expect(impis).toEqual([IMPI, IMPI, OTHER_IMPI])
  expect(traced[0]).toMatchObject({ point: 'APDU', from: 'somebody' })
})

test('the next start finds the same cards', async () => {
  const first = await loadLabCards(context)
  const text = readFileSync(first.own.file, 'utf8')
  const again = await loadLabCards(context)
  expect(readFileSync(again.own.file, 'utf8')).toBe(text)
  const { subscriberKey } = again.own.profile.credentials
  expect(subscriberKey.equals(first.own.profile.credentials.subscriberKey)).toBe(true)
})

test('the PN GW finds its card in the reader that it is given', async () => {
  const { own } = await loadLabCards(context)
  const opened = await openOwnCard(own, { ...context, reader: `software:${own.file}` })
  expect(opened.impi).toBe(IMPI)
  await opened.close()
  expect(traced[0]).toMatchObject({ point: 'APDU', from: 'PN GW' })
})

test("another card in the reader is not the data folder's", async () => {
  const { own, other } = await loadLabCards(context)
  const wrong = openOwnCard(own, { ...context, reader: `software:${other.file}` })
  await expect(wrong).rejects.toThrow(
    new ConfigurationInvalid(
      `reader software:${other.file}: its card is that of ${OTHER_IMPI}, and the lab needs that of ${own.file}`,
    ),
  )
})
