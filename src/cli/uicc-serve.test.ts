import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeNewCardProfile } from '../adapters/card/card-profile-file.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { fromHex, toHex } from '../octets/octets.ts'
import { testProfile } from '../uicc/uicc.fixture.ts'
import { runProgram } from './program.fixture.ts'
import { runUicc } from './uicc.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'cpns-serve-'))
const file = join(folder, 'usim.json')

beforeAll(() => writeNewCardProfile(file, testProfile()))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('a card is served until Ctrl-C, and says where it is', async () => {
  const reader = createServer().listen(0, '127.0.0.1')
  await once(reader, 'listening')
  const { port } = reader.address() as AddressInfo
  const run = runUicc(['serve', file, '--vpcd', `127.0.0.1:${port}`])
  const [slot] = (await once(reader, 'connection')) as [Socket]
  slot.write(fromHex('00010100010400050000000000'))
  const [atr] = (await once(slot, 'data')) as [Buffer]
  expect(toHex(atr.subarray(2, 4))).toBe('3b9f')
  process.emit('SIGINT')
  const { output, error } = await run
  reader.close()
  expect(error).toBeUndefined()
  expect(output).toBe(`software:${file} is in the reader\n`)
})

test('without a reader it waits', async () => {
  const reader = createServer().listen(0, '127.0.0.1')
  await once(reader, 'listening')
  const { port } = reader.address() as AddressInfo
  reader.close()
  const { status, stdout } = await runProgram(
    ['uicc', 'serve', file, '--vpcd', `127.0.0.1:${port}`],
    { signal: 'SIGTERM', onceSaid: /waits/ },
  )
  expect(status).toBe(0)
  expect(stdout).toBe(
    `software:${file} waits: no virtual reader at 127.0.0.1:${port} (ECONNREFUSED)\n`,
  )
})

test('wrong flags, and a card that is none', async () => {
  const missing = join(folder, 'missing.json')
  const address = ['--vpcd', '127.0.0.1:1']
  expect((await runUicc(['serve', missing, ...address])).error).toEqual(
    new ConfigurationInvalid(`card ${missing}: there is no such file or folder`),
  )
  expect((await runUicc(['serve', file])).error).toBeInstanceOf(CommanderError)
  expect((await runUicc(['serve', file, '--vpcd', 'here'])).error).toBeInstanceOf(CommanderError)
})
