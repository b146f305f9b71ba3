import { expect, test } from 'vitest'
import { createCardTurns } from './card-turns.ts'

test('work is done one after the other, also after a failure', async () => {
  const inTurn = createCardTurns()
  const order: string[] = []
  const work = (name: string, fails = false) =>
    inTurn(async () => {
      order.push(`${name} begins`)
      await Promise.resolve()
      order.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    })
  const done = await Promise.allSettled([work('a'), work('b', true), work('c')])
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
