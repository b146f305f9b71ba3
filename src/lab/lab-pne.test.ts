import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromUtf8, utf8 } from '../octets/octets.ts'
import { startTestLab, type TestLab } from './lab.fixture.ts'
import { ENTITIES } from './lab-names.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  lab.world.setSessionLifetime(3600)
  await lab.world.gateway.start()
})
afterAll(() => lab.end())

test('both sides hold the same assigned EUKey, bound to its owner', async () => {
  const { clock, pnes, serverStore } = lab.world
  for (const name of ['watch', 'car'] as const) {
    const atServer = await serverStore.findCurrentEuKey(ENTITIES[name], clock.nowMs())
    const own = await pnes[name].store.loadEuKey()
    expect(atServer).toMatchObject({ source: 'assigned', owner: { kind: 'user', id: 'alice' } })
    expect(own?.id).toBe(atServer?.id)
    expect(own !== undefined && atServer?.key.equals(own.key)).toBe(true)
  }
})

test('the two have different keys', async () => {
  const { watch, car } = lab.world.pnes
  const keys = await Promise.all([watch.store.loadEuKey(), car.store.loadEuKey()])
  expect(keys[0] && keys[1]?.key.equals(keys[0].key)).toBe(false)
})

test('messages are read one after the other, whether one waits for them or not', async () => {
  const { watch, car } = lab.world.pnes
  await Promise.all([watch.pne.start(), car.pne.start()])
  const early = car.nextMessage()
  for (const text of ['one', 'two', 'three']) {
    await watch.pne.send({ to: ENTITIES.car, payload: utf8(text) })
  }
  const texts = [fromUtf8((await early).payload)]
  for (let n = 0; n < 2; n++) texts.push(fromUtf8((await car.nextMessage()).payload))
  expect(texts).toEqual(['one', 'two', 'three'])
})
