import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf, startTestLab, type TestLab } from './lab.fixture.ts'
import { runStory } from './run-story.ts'
import { labActions } from './story-actions.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
  const failed = await runStory(lab.world, { begin() {}, passed() {}, failed() {} })
  expect(failed).toBeUndefined()
}, 30_000)
afterAll(() => lab.end())

const actions = () => new Map(labActions(lab.world).map((action) => [action.name, action]))
const run = (name: string): Promise<string> =>
  actions().get(name)?.run() ?? failureOf(Promise.reject())

test('each has a name of its own, a label and a sentence', () => {
  expect(actions().size).toBe(labActions(lab.world).length)
  for (const { label, what } of actions().values()) {
    expect(label).toMatch(/^[A-Z]/)
    expect(what).toMatch(/\.$/)
  }
})

describe('after the story', () => {
  test.each([...['bootstrap', 'connect', 'message', 'expire', 'wrong-card', 'attacks']])(
    '%s, twice',
    async (name) => {
      expect(await run(name)).toMatch(/\.$/)
      expect(await run(name)).toMatch(/\.$/)
    },
  )

  test('connect makes another session, bootstrap another B-TID', async () => {
    const { gateway, credentials } = lab.world
    const before = [gateway.session?.sessionId, (await credentials.obtain()).btid]
    await run('bootstrap')
    await run('connect')
    const after = [gateway.session?.sessionId, (await credentials.obtain()).btid]
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).not.toBe(before[1])
  })

  test('expire now loses nothing: the messages are gone from the mailbox because they arrived', async () => {
    await run('expire')
    const { serverStore, clock } = lab.world
    expect(await serverStore.waitingRecipients(clock.nowMs())).toEqual([])
  })
})
