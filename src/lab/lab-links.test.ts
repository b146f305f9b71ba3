import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestLab, type TestLab, temporaryFolder } from './lab.fixture.ts'
import { DEFAULT_LAB_CONFIG, LINK_FORMS } from './lab-config.ts'

let folder: string
let lab: TestLab | undefined
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await lab?.lab.stop()
  rmSync(folder, { recursive: true, force: true })
})

const FORMS = LINK_FORMS.flatMap((zh) => LINK_FORMS.map((zn) => ({ zh, zn })))

test.each(FORMS)('Zh by $zh, Zn by $zn: the PN GW comes to its session', async ({ zh, zn }) => {
  lab = await startTestLab(folder, { ...DEFAULT_LAB_CONFIG, zh, zn })
  const addressOf = (point: string): string | undefined =>
    lab?.lab.addresses.find(({ points }) => points === point)?.address
  const expected = { diameter: /^diameter:\/\/127\.0\.0\.1:\d+$/, 'in-process': /^in process$/ }
  expect(addressOf('Zh')).toMatch(expected[zh])
  expect(addressOf('Zn')).toMatch(expected[zn])
  await lab.world.gateway.start()
  const shown = lab.traced.flatMap((item) =>
    item.kind === 'message' && (item.point === 'Zh' || item.point === 'Zn')
      ? [`${item.side} ${item.message}`]
      : [],
  )
  expect(shown.sort()).toEqual(
    ['Multimedia-Auth', 'Bootstrapping-Info']
      .flatMap((name) => [`${name}-Request`, `${name}-Answer`])
      .flatMap((name) => [`received ${name}`, `sent ${name}`])
      .sort(),
  )
})
