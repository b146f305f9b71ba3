/** The admin API of an HSS that runs as a process: a subscriber that is added there gets its vectors at once. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectNhssGba } from '../../src/adapters/sbi/zh.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { parseImpi } from '../../src/identity/impi.ts'
import { type RunningCpns, runCpns, startCpns } from '../support/run-cpns.ts'

const ALICE = {
  impi: 'alice@ims.example',
  k: '465b5ce8b199b49faa5f0a2ee238a6bc',
  opc: 'cd63cb71954a9f4e48a5994e37a02baf',
}

let folder: string
let hss: RunningCpns
let printed = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-e2e-admin-'))
  hss = startCpns([
    ...['hss', 'serve', '--data', folder, '--origin-host', 'hss.ims.example', '--bsf', 'bsf'],
    ...['--listen', '127.0.0.1:0', '--http2-listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'],
    ...['--plain-client', '127.0.0.1=bsf'],
  ])
  hss.child.stdout?.on('data', (text: string) => {
    printed += text
  })
  await hss.untilPrinted('hss is ready.')
}, 60_000)
afterAll(async () => {
  await hss.end('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

test('added, served, changed, seen by the command line, removed; and an end in order', async () => {
  const [, api = '', tokenFile = ''] =
    /^admin (http:\S+)\/admin, with the token of (\S+)$/m.exec(printed) ?? []
  expect(statSync(tokenFile).mode & 0o777).toBe(0o600)
  const authorization = `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`
  const ask = async (method: string, path: string, body?: object) => {
    const type = body && { 'content-type': 'application/json' }
    const init = { method, headers: { authorization, ...type } }
    const answer = await fetch(api + path, { ...init, ...(body && { body: JSON.stringify(body) }) })
    return answer.status
  }
  const [, apiRoot = ''] = /^Zh {4}HTTP\/2 (\S+)$/m.exec(printed) ?? []
  const zh = connectNhssGba({ apiRoot }, { clock: systemClock })
  const vectorOf = async () => await zh.requestVector({ impi: parseImpi(ALICE.impi) })
  const path = `/admin/subscribers/${encodeURIComponent(ALICE.impi)}`

  expect(await ask('GET', '/readyz')).toBe(200)
  expect(await vectorOf()).toMatchObject({ outcome: 'identity-unknown' })
  expect(await ask('POST', '/admin/subscribers', ALICE)).toBe(201)
  expect(await vectorOf()).toMatchObject({ outcome: 'success' })
  const guss = { uiccType: 'GBA', ussList: [{ gsid: 1_000_000, nafGroup: 'A' }] }
  expect(await ask('PUT', `${path}/guss`, guss)).toBe(200)
  const served = await vectorOf()
  expect(served.outcome === 'success' && served.guss).toContain('nafGroup="A"')
  const shown = await runCpns(['subscriber', 'show', ALICE.impi, '--data', folder, '--json'])
  expect(JSON.parse(shown.stdout)).toMatchObject({ impi: ALICE.impi, uiccType: 'GBA' })
  expect(await ask('DELETE', path)).toBe(204)
  expect(await vectorOf()).toMatchObject({ outcome: 'identity-unknown' })
  await zh.close()

  const { status, stdout, stderr } = await hss.end('SIGTERM')
  expect(status).toBe(0)
  for (const secret of [ALICE.k, ALICE.opc, authorization.slice(-43)]) {
    expect(stdout + stderr).not.toContain(secret)
  }
}, 60_000)
