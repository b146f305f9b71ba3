import { expect, test } from 'vitest'
import { createMemoryBus } from './memory-bus.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a publish reaches all subscribers of that entity, and nobody else', async () => {
  const bus = createMemoryBus()
  const noticed: string[] = []
  bus.subscribe('a', () => noticed.push('a1'))
  bus.subscribe('a', () => noticed.push('a2'))
  bus.subscribe('b', () => noticed.push('b'))
  bus.publish('a')
  bus.publish('nobody')
  await settled()
  expect(noticed).toEqual(['a1', 'a2'])
})

test('a publish returns before any notice runs', async () => {
  const bus = createMemoryBus()
  let notices = 0
  bus.subscribe('a', () => {
    notices++
  })
  bus.publish('a')
  bus.publish('a')
  expect(notices).toBe(0)
  await settled()
  expect(notices).toBe(2)
})

test('a subscription that was taken back hears nothing, not even what was published before', async () => {
  const bus = createMemoryBus()
  const noticed: string[] = []
  const notice = () => noticed.push('once')
  const first = bus.subscribe('a', notice)
  bus.subscribe('a', notice)
  bus.publish('a')
  first()
  first()
  await settled()
  expect(noticed).toEqual(['once'])
})

test('subscribing again after the last one left works', async () => {
  const bus = createMemoryBus()
  const noticed: string[] = []
  bus.subscribe('a', () => noticed.push('old'))()
  bus.subscribe('a', () => noticed.push('new'))
  bus.publish('a')
  await settled()
  expect(noticed).toEqual(['new'])
})
