import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestLab, type TestLab } from './lab.fixture.ts'
import type { LabWorld } from './lab-world.ts'
import { runStory, STORY, type StoryReporter } from './run-story.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.end())

/** Writes down what it is told. */
function recorder(): { readonly reporter: StoryReporter; readonly told: string[] } {
  const told: string[] = []
  const reporter: StoryReporter = {
    begin: ({ number }) => void told.push(`begin ${number}`),
    passed: ({ number }, sentence) => void told.push(`passed ${number}: ${sentence.length > 0}`),
    failed: ({ number }, reason) => void told.push(`failed ${number}: ${reason}`),
  }
  return { reporter, told }
}

const failingWith = (bootstrap: LabWorld['credentials']['bootstrap']): LabWorld => ({
  ...lab.world,
  credentials: { ...lab.world.credentials, bootstrap },
})

test('seven steps, in order, each with a title', () => {
  expect(STORY.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(new Set(STORY.map(({ title }) => title)).size).toBe(7)
})

describe('stops at the first failure', () => {
  test('of the first step', async () => {
    const { reporter, told } = recorder()
    const world = failingWith(() => Promise.reject(new Error('the card is gone')))
    expect(await runStory(world, reporter)).toBe(STORY[0])
    expect(told).toEqual(['begin 1', 'failed 1: the card is gone'])
  })

  test('of a later one', async () => {
    const { reporter, told } = recorder()
    const broken = { start: () => Promise.reject(new Error('the server is gone')) }
    const world = { ...lab.world, gateway: { ...lab.world.gateway, ...broken } }
    expect(await runStory(world, reporter)).toBe(STORY[2])
    expect(told.slice(-2)).toEqual(['begin 3', 'failed 3: the server is gone'])
  })

  test('also if what was thrown is no error', async () => {
    const { reporter, told } = recorder()
    // oxlint-disable-next-line prefer-promise-reject-errors
    await runStory(
      failingWith(() => Promise.reject('a string')),
      reporter,
    )
    expect(told).toEqual(['begin 1', 'failed 1: a string'])
  })
})

test('a step that was interrupted did not fail: no more is said', async () => {
  const { reporter, told } = recorder()
  const controller = new AbortController()
  const world = failingWith(() => {
    controller.abort()
    return Promise.reject(new Error('the lab was stopped'))
  })
  expect(await runStory(world, reporter, controller.signal)).toBeUndefined()
  expect(told).toEqual(['begin 1'])
})

test('tells the whole story of a lab that works', async () => {
  const { reporter, told } = recorder()
  expect(await runStory(lab.world, reporter)).toBeUndefined()
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7].flatMap((n) => [`begin ${n}`, `passed ${n}: true`]))
})
