import { expect, test } from 'vitest'
import type { Attachment } from './attachment-registry.ts'
import { GatewayLoads } from './gateway-loads.ts'

const LIMIT = 1024

function createWork() {
  const ends: (() => void)[] = []
  const work = (): Promise<void> => new Promise((end) => ends.push(end))
  return { work, endOne: () => ends.shift()?.() }
}

test('so much goes on, then the next record waits until something has ended, each time', async () => {
  const loads = new GatewayLoads()
  const gateway = {} as Attachment
  const { work, endOne } = createWork()
  for (let n = 1; n < LIMIT; n++) await loads.beside(gateway, work())
  for (const _ of [1, 2]) {
    let isTaken = false
    const next = loads.beside(gateway, work())?.then(() => {
      isTaken = true
    })
    await new Promise(setImmediate)
    expect(isTaken).toBe(false)
    endOne()
    await next
  }
})

test('one PN GW does not wait for another', async () => {
  const loads = new GatewayLoads()
  const { work } = createWork()
  for (let n = 1; n < LIMIT; n++) await loads.beside({} as Attachment, work())
  expect(loads.beside({} as Attachment, work())).toBeUndefined()
})
