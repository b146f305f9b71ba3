import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestLab, type TestLab, temporaryFolder } from './lab.fixture.ts'
import { DEFAULT_LAB_CONFIG, ZH_FORMS, ZN_FORMS } from './lab-config.ts'

let folder: string
let lab: TestLab | undefined
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await lab?.lab.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Each form of both at least once. */
const FORMS = ZN_FORMS.map((zn, n) => ({ zh: ZH_FORMS[n % ZH_FORMS.length] ?? 'diameter', zn }))

test.each(FORMS)('Zh by $zh, Zn by $zn: the PN GW comes to its session', async ({ zh, zn }) => {
  lab = await startTestLab(folder, { ...DEFAULT_LAB_CONFIG, zh, zn })
  const addressOf = (point: string): string | undefined =>
    lab?.lab.addresses.find(({ points }) => points === point)?.address
  const http = /^http:\/\/127\.0\.0\.1:\d+$/
  const expected = {
    http2: http,
    'web-service': http,
    diameter: /^diameter:\/\/127\.0\.0\.1:\d+$/,
    'in-process': /^in process$/,
  }
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
