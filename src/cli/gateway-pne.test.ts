import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataFolder } from '../adapters/data-folder/data-folder.ts'
import { serveGatewayControl } from '../adapters/gateway/gateway-control.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import type { Status } from '../cpns/status.ts'
import { GATEWAY_SOCKET } from './gateway-pne.ts'
import { runProgram } from './program.fixture.ts'

let folder: string
let ended: { status: Status; detail: string }
let close: () => Promise<void>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-gw-pne-'))
  const opened = await openDataFolder(folder, { create: true }, createSystemRandom())
  const control = await serveGatewayControl(opened.file(GATEWAY_SOCKET), {
    pair: () => ({ code: 'ABCD-1234', done: Promise.resolve(ended) }),
    trigger: async () => ended,
  })
  close = () => control.close()
})
afterEach(async () => {
  await close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (what: string, ...flags: string[]) =>
  runProgram(['gateway', what, 'urn:x:watch', '--data', folder, '--user', 'alice', ...flags])

test('pair prints the code, then how it ended', async () => {
  ended = { status: 200, detail: 'paired' }
  const { status, stdout } = await run('pair')
  expect([status, stdout]).toEqual([
    0,
    'code ABCD-1234, good once within 10 minutes\nurn:x:watch: paired\n',
  ])
})

test('trigger: told is good, refused is exit 1 and says by which status', async () => {
  ended = { status: 202, detail: 'told' }
  expect(await run('trigger', '--ui')).toMatchObject({ status: 0, stdout: 'urn:x:watch: told\n' })
  ended = { status: 401, detail: 'the PNE: no' }
  const refused = await run('trigger', '--ui')
  expect([refused.status, refused.stderr]).toEqual([
    1,
    'cpns: urn:x:watch: the PNE: no (status 401)\n',
  ])
})

test('a PN GW that does not run is exit 1', async () => {
  await close()
  expect((await run('pair')).stderr).toBe('cpns: no PN GW runs on this data folder\n')
})
