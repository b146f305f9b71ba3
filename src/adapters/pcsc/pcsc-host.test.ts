import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigurationInvalid, TransportFailed } from '../../errors/errors.ts'
import { fromHex } from '../../octets/octets.ts'
import { type PcscHostOptions, startPcscHost } from './pcsc-host.ts'

/** Answers `load` with an answer of each kind in turn, `release` never, `reset` with its end. */
const PROGRAM = `
const answers = [
  { kind: 'done', octets: new Uint8Array([1]) },
  { kind: 'missing' },
  { kind: 'failed', reason: 'the card was removed' },
]
process.on('message', ({ kind }) => {
  if (kind === 'load') process.send(answers.shift())
  if (kind === 'reset') process.exit(0)
})
`

let folder: string
let program: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-pcsc-'))
  program = join(folder, 'program.cjs')
  writeFileSync(program, PROGRAM)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (options: PcscHostOptions = {}) =>
  startPcscHost({ program, nodeFlags: [], ...options })

test('each kind of answer', async () => {
  const host = start()
  expect(await host.ask({ kind: 'load' })).toEqual(fromHex('01'))
  await expect(host.ask({ kind: 'load' })).rejects.toThrow(ConfigurationInvalid)
  await expect(host.ask({ kind: 'load' })).rejects.toEqual(
    new TransportFailed('the card was removed'),
  )
  expect(host.isAlive).toBe(true)
  host.end()
})

test('no answer in time ends it, and all that wait', async () => {
  const host = start({ timeoutMs: 1_500 })
  await host.ask({ kind: 'load' })
  const asked = [host.ask({ kind: 'release' }), host.ask({ kind: 'release' })]
  const failures = await Promise.allSettled(asked)
  expect(failures.map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
    'TransportFailed: no answer in 1.5 s',
    'TransportFailed: no answer in 1.5 s',
  ])
  expect(host.isAlive).toBe(false)
  await expect(host.ask({ kind: 'load' })).rejects.toThrow('no answer in 1.5 s')
})

test('a process that ends by itself', async () => {
  const host = start()
  await expect(host.ask({ kind: 'reset', reader: '' })).rejects.toEqual(
    new TransportFailed('PC/SC broke off'),
  )
  expect(host.isAlive).toBe(false)
})

test('a program that is none', async () => {
  const host = start({ program: join(folder, 'missing.cjs') })
  await expect(host.ask({ kind: 'load' })).rejects.toThrow(TransportFailed)
})

test('who ends it gives up what waits', async () => {
  const host = start()
  const asked = host.ask({ kind: 'release' })
  host.end()
  host.end()
  await expect(asked).rejects.toThrow('the reader is closed')
})
