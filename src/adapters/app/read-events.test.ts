import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8 } from '../../octets/octets.ts'
import { eventsOf } from './read-events.ts'

async function* pieces(octets: Uint8Array, size: number) {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size)
}

async function read(text: string, size = 1_000_000) {
  const events = []
  for await (const event of eventsOf(pieces(utf8(text), size))) events.push(event)
  return events
}

const TEXT = ': hi\n\nevent: message\ndata: {"a":"é"}\n\ndata: one\ndata: two\n\nevent: end\n\nda'

test('names and data; comments, and what has no end, are nothing', async () => {
  expect(await read(TEXT)).toEqual([
    { event: 'message', data: '{"a":"é"}' },
    { event: 'message', data: 'one\ntwo' },
  ])
})

test('in pieces of any size', async () => {
  const whole = await read(TEXT)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (size) => {
      expect(await read(TEXT, size)).toEqual(whole)
    }),
    { numRuns: 40 },
  )
})

test('an event without end is not kept for ever', async () => {
  await expect(read(`data: ${'x'.repeat(700_000)}`, 10_000)).rejects.toThrow('over its limit')
})
