/** The whole story of the lab, its PN GW reaching its card through pcscd. Design 10 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeNewCardProfile } from '../../src/adapters/card/card-profile-file.ts'
import { CARD_PROFILE } from '../../src/lab/lab-files.ts'
import { testProfile } from '../../src/uicc/uicc.fixture.ts'
import { runCpns } from '../support/run-cpns.ts'
import { findSmartcardPackage } from '../support/smartcard-package.ts'
import { findVirtualReader, READER_NAME, type VirtualReader } from '../support/virtual-reader.ts'

const startReader = findVirtualReader()
const modules = startReader && findSmartcardPackage()

interface Event {
  readonly kind: string
  readonly step?: number
  readonly ok?: boolean
}

let data: string
let reader: VirtualReader
beforeAll(async () => {
  if (startReader === undefined || modules === undefined) return
  data = mkdtempSync(join(tmpdir(), 'cpns-pcsc-lab-'))
  reader = await startReader()
  Object.assign(process.env, reader.environment, { NODE_PATH: modules })
})
afterAll(async () => {
  await reader?.close()
  if (data !== undefined) rmSync(data, { recursive: true, force: true })
})

describe.skipIf(modules === undefined)('cpns lab --once --reader pcsc:NAME', () => {
  const runLab = () =>
    runCpns(['lab', '--once', '--json', '--data', data, '--reader', `pcsc:${READER_NAME}`])

  test('without a card: one line, exit 1, and nothing hangs', async () => {
    const { status, stderr } = await runLab()
    expect(status).toBe(1)
    const message = `reader pcsc:${READER_NAME}: there is no card in it`
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'transport-failed', message } })
  })

  test('with the card of the data folder: all seven steps, twice', async () => {
    const card = await reader.insert(join(data, CARD_PROFILE))
    for (const run of [await runLab(), await runLab()]) {
      expect(run.status, run.stderr + run.stdout.slice(-2000)).toBe(0)
      expect(run.stderr).toBe('')
      const events = run.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Event)
      const passed = events.filter(({ kind }) => kind === 'passed')
      expect(passed.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7])
    }
    await card.pull()
  })

  test('with a card of the same identity and another K: step 1 fails, exit 1', async () => {
    const file = join(data, 'stranger.json')
    await writeNewCardProfile(file, testProfile())
    const card = await reader.insert(file)
    const { status, stdout } = await runLab()
    expect(status).toBe(1)
    expect(stdout).toContain('"kind":"failed","step":1')
    expect(stdout).toContain('98 62')
    await card.pull()
  })
})
