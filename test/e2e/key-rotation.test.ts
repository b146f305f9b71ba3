/** The master key of an HSS is rotated while it serves; rotations are killed at random moments. K-5 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDataFolder } from '../../src/adapters/data-folder/data-folder.ts'
import { connectDiameterZh } from '../../src/adapters/diameter/zh.ts'
import { openHssStore } from '../../src/adapters/sqlite/hss-store.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { sampleSubscriber } from '../contracts/hss-store.contract.ts'
import { type RunningCpns, startCpns } from '../support/run-cpns.ts'

const HSS_NAME = 'hss.ims.example'
const BSF_NAME = 'bsf.ims.example'
const SUBSCRIBERS = 3_000
const KILLS = 5
const random = createSystemRandom()
const impiOf = (n: number) => parseImpi(`${String(n).padStart(5, '0')}@ims.example`)

let folder: string
let hss: RunningCpns | undefined
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-rotate-'))
  const data = await openDataFolder(folder, { create: true }, random)
  const store = openHssStore(data.file('hss.db'), data.sealer)
  const all = Array.from({ length: SUBSCRIBERS }, (_, n) => sampleSubscriber(impiOf(n)))
  await Promise.all(all.map((subscriber) => store.addSubscriber(subscriber)))
  await store.close()
}, 60_000)
afterAll(async () => {
  await hss?.end('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const keyLines = () => readFileSync(join(folder, 'master.key'), 'utf8').trim().split('\n')

/** Starts a rotation, and kills it that long after the file has the new key. */
async function killRotation(afterMs: number): Promise<void> {
  const rotation = startCpns(['key', 'rotate', '--data', folder])
  const deadline = Date.now() + 20_000
  while (keyLines().length === 1 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  await rotation.end('SIGKILL')
}

test('vectors are given without a failure through killed rotations and the one that ends', async () => {
  hss = startCpns([
    ...['hss', 'serve', '--data', folder, '--listen', '127.0.0.1:0'],
    ...['--origin-host', HSS_NAME, '--bsf', BSF_NAME],
  ])
  let stdout = ''
  hss.child.stdout?.on('data', (text: string) => {
    stdout += text
  })
  await hss.untilPrinted('hss is ready.')
  const [host = '', port = ''] = (/Diameter TCP (\S+)/.exec(stdout)?.[1] ?? '').split(':')
  const zh = connectDiameterZh(
    {
      originHost: BSF_NAME,
      originRealm: 'ims.example',
      destinationRealm: 'ims.example',
      targets: [{ host, port: Number(port), originHost: HSS_NAME }],
    },
    { clock: systemClock, random },
  )
  const outcomes: string[] = []
  const rotating = new AbortController()
  const asking = (async () => {
    for (let n = 0; !rotating.signal.aborted; n = (n + 7) % SUBSCRIBERS) {
      outcomes.push((await zh.requestVector({ impi: impiOf(n) })).outcome)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  })()
  const first = keyLines()[0]
  for (let kill = 0; kill < KILLS; kill++) await killRotation(5 + 8 * kill)
  const half = keyLines()
  const rotation = await startCpns(['key', 'rotate', '--data', folder, '--json']).ended
  rotating.abort()
  await asking
  for (let n = 0; n < SUBSCRIBERS; n += 100) {
    outcomes.push((await zh.requestVector({ impi: impiOf(n) })).outcome)
  }
  await zh.close()
  expect(rotation.status, rotation.stderr).toBe(0)
  expect(half).toHaveLength(2)
  expect(half[1]).toBe(first)
  expect(keyLines()).toEqual([half[0]])
  expect(JSON.parse(rotation.stdout)).toMatchObject({ isResumed: true })
  expect(outcomes.length).toBeGreaterThan(100)
  expect(outcomes.filter((outcome) => outcome !== 'success')).toEqual([])
}, 120_000)
