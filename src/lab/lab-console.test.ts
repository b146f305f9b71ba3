import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageFolder } from '../adapters/console/console.fixture.ts'
import { createConsoleFeed } from '../adapters/console/console-feed.ts'
import type { ServedConsole } from '../adapters/console/serve-console.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { startTestLab, type TestLab } from './lab.fixture.ts'
import { serveLabConsole } from './lab-console.ts'

let lab: TestLab
let folder: string
let served: ServedConsole
const told = { isStoryTold: false }
beforeAll(async () => {
  lab = await startTestLab()
  folder = pageFolder()
  served = await serveLabConsole(
    {
      host: '127.0.0.1',
      port: 0,
      version: '1',
      pageFolder: folder,
      isStoryTold: () => told.isStoryTold,
    },
    { lab: lab.lab, feed: createConsoleFeed({}, systemClock) },
  )
})
afterAll(async () => {
  await served.close()
  await lab.end()
  rmSync(folder, { recursive: true, force: true })
})

async function act(name: string) {
  const answer = await fetch(new URL(`api/actions/${name}`, served.url), {
    method: 'POST',
    headers: { 'x-cpns-console': '1', 'content-type': 'application/json' },
    body: '{}',
  })
  return answer.json()
}

test('steps cannot be played while the story is told, and can be afterwards', async () => {
  expect(await act('bootstrap')).toEqual({
    isDone: false,
    sentence: 'the story is still being told',
  })
  told.isStoryTold = true
  expect(await act('bootstrap')).toMatchObject({ isDone: true })
})

test('entities, sessions, EUKeys, users, subscribers and addresses; who has a session', async () => {
  const stream = await fetch(new URL('api/stream', served.url))
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!/event: state\ndata: .*\n\n/.test(text)) text += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  const state = JSON.parse(/event: state\ndata: (.*)\n/.exec(text)?.[1] ?? '{}')
  expect(state.tables.map(({ id }: { id: string }) => id)).toEqual([
    'entities',
    'sessions',
    'pns',
    'eukeys',
    'users',
    'subscribers',
    'addresses',
  ])
  expect(state.tables[5].rows).toHaveLength(2)
  expect(JSON.stringify(state.tables[6].rows)).toContain('CPNS-2')
  const words = state.health.map(({ name, detail }: Record<string, string>) => `${name} ${detail}`)
  expect(words).toEqual([
    'HSS store writable',
    'BSF store writable',
    'CPNS Server store writable',
    // Nobody has told the story yet.
    'PN GW no session',
    'PN GW home no session',
    'PNE watch no session',
    'PNE car no session',
  ])
})
