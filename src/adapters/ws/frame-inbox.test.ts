import { expect, test } from 'vitest'
import type { Frame } from '../../ports/frame-socket.ts'
import { FrameInbox } from './frame-inbox.ts'

const frame = (length: number): Frame => ({ kind: 'binary', octets: new Uint8Array(length) })

test('frames come out in the order in which they came in', async () => {
  const inbox = new FrameInbox()
  const waiting = inbox.take()
  const frames = [1, 2, 3].map(frame)
  for (const one of frames) inbox.put(one)
  expect([await waiting, await inbox.take(), await inbox.take()]).toEqual(frames)
})

test('16 frames or 4 MiB are full, and one less is not', async () => {
  const many = new FrameInbox()
  for (let n = 0; n < 15; n++) many.put(frame(0))
  expect(many.isFull).toBe(false)
  many.put(frame(0))
  expect(many.isFull).toBe(true)
  await many.take()
  expect(many.isFull).toBe(false)
  const large = new FrameInbox()
  large.put(frame(4 * 1024 * 1024 - 1))
  expect(large.isFull).toBe(false)
  large.put(frame(1))
  expect(large.isFull).toBe(true)
  large.clear()
  expect(large.isFull).toBe(false)
})

test('after the end what waits is still there, then nothing, and nothing new comes in', async () => {
  const inbox = new FrameInbox()
  inbox.put(frame(1))
  inbox.end()
  inbox.put(frame(2))
  expect(await inbox.take()).toEqual(frame(1))
  expect(await inbox.take()).toBeUndefined()
  expect(await inbox.take()).toBeUndefined()
})

test('the end answers who waits', async () => {
  const inbox = new FrameInbox()
  const waiting = inbox.take()
  inbox.end()
  expect(await waiting).toBeUndefined()
})

test('a second reader at the same time is a wrong call', async () => {
  const inbox = new FrameInbox()
  const waiting = inbox.take()
  expect(() => inbox.take()).toThrow(TypeError)
  inbox.put(frame(1))
  expect(await waiting).toEqual(frame(1))
})
