/** An HSS that is killed again and again under load never gives one SQN twice. Design 9, TS 33.102 C.3.2 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDiameterZh, type ZhConnection } from '../../src/adapters/diameter/zh.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { createMilenage } from '../../src/aka/milenage.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { toHex, xorOctets } from '../../src/octets/octets.ts'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'

const HSS_NAME = 'hss.ims.example'
const BSF_NAME = 'bsf.ims.example'
const IMPIS = ['a', 'b', 'c'].map((name) => parseImpi(`${name}@ims.example`))
const KILLS = 5
const IN_FLIGHT = 64
const WANTED = 10_000

const milenage = createMilenage(WORKED)
let folder: string
let hss: RunningCpns | undefined
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-kill-'))
  for (const impi of IMPIS) {
    const keys = ['--k', toHex(WORKED.k.reveal()), '--opc', toHex(WORKED.opc.reveal())]
    const added = await runCpns(['subscriber', 'add', '--data', folder, '--impi', impi, ...keys])
    expect(added.status, added.stderr).toBe(0)
  }
}, 60_000)
afterAll(async () => {
  await hss?.end('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** @returns Where it listens. */
async function startHss(listen: string): Promise<string> {
  const names = ['--origin-host', HSS_NAME, '--bsf', BSF_NAME]
  hss = startCpns(['hss', 'serve', '--data', folder, '--listen', listen, ...names])
  let stdout = ''
  hss.child.stdout?.on('data', (text: string) => {
    stdout += text
  })
  await hss.untilPrinted('hss is ready.')
  return /Diameter TCP (\S+)/.exec(stdout)?.[1] ?? ''
}

/** Asks without end; what has no answer is asked again. */
async function ask(zh: ZhConnection, issued: Map<string, string[]>, isDone: () => boolean) {
  for (let n = 0; !isDone(); n++) {
    const impi = IMPIS[n % IMPIS.length] as (typeof IMPIS)[number]
    const answer = await zh.requestVector({ impi })
    if (answer.outcome !== 'success') {
      await new Promise((resolve) => setTimeout(resolve, 20))
      continue
    }
    const { rand, autn } = answer.vector
    const { ak } = milenage.f2345(rand)
    issued.get(impi)?.push(toHex(xorOctets(autn.subarray(0, 6), ak)))
  }
}

test('10,000 vectors in parallel over five kills: no SQN twice', async () => {
  const address = await startHss('127.0.0.1:0')
  const [host = '', port = ''] = address.split(':')
  const zh = connectDiameterZh(
    {
      originHost: BSF_NAME,
      originRealm: 'ims.example',
      destinationRealm: 'ims.example',
      targets: [{ host, port: Number(port), originHost: HSS_NAME }],
    },
    { clock: systemClock, random: createSystemRandom() },
  )
  const issued = new Map<string, string[]>(IMPIS.map((impi) => [impi, []]))
  const count = (): number => [...issued.values()].reduce((sum, { length }) => sum + length, 0)
  let isKilling = true
  const isDone = (): boolean => !isKilling && count() >= WANTED
  const asking = Promise.all(Array.from({ length: IN_FLIGHT }, () => ask(zh, issued, isDone)))
  for (let kill = 1; kill <= KILLS; kill++) {
    while (count() < (kill * WANTED) / (KILLS + 1)) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await hss?.end('SIGKILL')
    await startHss(address)
  }
  isKilling = false
  await asking
  await zh.close()
  expect(count()).toBeGreaterThanOrEqual(WANTED)
  for (const sqns of issued.values()) expect(new Set(sqns).size).toBe(sqns.length)
}, 120_000)
