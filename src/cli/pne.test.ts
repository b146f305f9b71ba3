import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCpns, startCpns } from '../../test/support/run-cpns.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const WATCH = 'urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a10'
const PIN = 'ab'.repeat(32)

let folder: string
let keyFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-pne-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, 'cd'.repeat(32))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const inFolder = (name: string) => ['--data', join(folder, name)]
const gateway = (url: string) => ['--gateway', 'urn:x:gw', '--gateway-url', url]
const pair = (...flags: string[]) =>
  runProgram([
    'pne',
    'pair',
    ...inFolder('watch'),
    '--entity',
    WATCH,
    '--key-file',
    keyFile,
    ...flags,
  ])

describe('pne pair', () => {
  test('says with whom, and until when', async () => {
    const { status, stdout } = await pair(...gateway('wss://127.0.0.1:1/pne'), '--pin', PIN)
    expect(status).toBe(0)
    expect(stdout).toMatch(new RegExp(`^${WATCH} is paired with urn:x:gw; its EUKey ends 20`))
    expect(stdout).not.toContain('cdcd')
  })

  test.each([
    ['no pin', gateway('wss://127.0.0.1:1/pne'), 'gateway.pin: needed'],
    ['plain text', gateway('ws://192.0.2.1/pne'), 'without TLS'],
    ['a bad key', [...gateway('ws://127.0.0.1:1/pne'), '--key-file', '/dev/null'], '--key-file'],
  ])('%s: one line, exit 2', async (_name, flags, message) => {
    expect(usageErrorOf(await pair(...flags))).toContain(message)
  })
})

describe('pne send', () => {
  const send = (...words: string[]) =>
    runProgram(['pne', 'send', ...inFolder('watch'), '--to', 'urn:cpns:service:echo', ...words])

  test('nobody took it in time: exit 1', async () => {
    await pair(...gateway('ws://127.0.0.1:1/pne'))
    const late = await send('hello', '--expires', '1')
    expect([late.status, late.stderr]).toEqual([1, 'cpns: nobody took it in time (status 408)\n'])
    const json = await send('hello', '--expires', '1', '--json')
    expect([json.status, json.stdout]).toEqual([1, '{"status":408}\n'])
  })

  test('Ctrl-C: exit 1, because it may not have been sent', async () => {
    await pair(...gateway('ws://127.0.0.1:1/pne'))
    const words = [...inFolder('watch'), '--to', 'urn:cpns:service:echo', 'hello']
    const { status, stderr } = await runProgram(['pne', 'send', ...words], { signal: 'SIGINT' })
    expect([status, stderr]).toEqual([1, 'cpns: interrupted; it may have been sent\n'])
  })

  test.each([
    ['not paired', ['hello'], 'there is no such folder'],
    ['text and file', ['hello', '--file', '/dev/null'], '--file: there is a text too'],
    ['no such file', ['--file', '/none'], '--file /none: cannot be read (ENOENT)'],
  ])('%s: one line, exit 2', async (_name, words, message) => {
    expect(usageErrorOf(await send(...words))).toContain(message)
  })

  test.each([
    ['an address that is none', ['--to', ''], '--to: not a URI'],
    ['no EntityID', ['--to', 'garbage'], '--to: not a URI'],
    ['an address that is too long', ['--to', `urn:x:${'a'.repeat(250)}`], '--to: over 255 octets'],
    ['no media type', ['--content-type', 'text'], '--content-type: not a media type'],
    ['over a week', ['--expires', '604801'], '--expires: not an integer of 1 to 604800'],
  ])('%s: one line, exit 2, before anything is opened', async (_name, words, message) => {
    expect(usageErrorOf(await send('hello', ...words))).toContain(message)
  })

  test('as much as a message may have is sent, more is refused before anything is opened', async () => {
    const file = join(folder, 'payload')
    writeFileSync(file, 'x'.repeat(65_537))
    const more = 'it has over 65536 octets'
    expect(usageErrorOf(await send('--file', file))).toContain(`--file ${file}: ${more}`)
    expect(usageErrorOf(await send('x'.repeat(65_537)))).toContain(`the text: ${more}`)
    writeFileSync(file, 'x'.repeat(65_536))
    await pair(...gateway('ws://127.0.0.1:1/pne'))
    for (const words of [['--file', file], ['x'.repeat(65_536)]]) {
      expect((await send(...words, '--expires', '1')).status).toBe(1)
    }
  })

  test('a head that is too long as a whole, by the name of the PNE too, is the fault of no one flag', async () => {
    const long = (start: string) => start + '&'.repeat(255 - start.length)
    await pair(...gateway('ws://127.0.0.1:1/pne'), '--entity', long('urn:x:'))
    const words = ['hello', '--to', long('urn:y:'), '--content-type', long('a/b;')]
    expect(usageErrorOf(await send(...words))).toBe('cpns: Message is over 4096 octets\n')
  })
})

/** In this process the runner of the tests would keep it alive. */
test('as a program of its own it stays, and tries again, while its PN GW is away', async () => {
  await pair(...gateway('ws://127.0.0.1:1/pne'))
  const send = ['pne', 'send', ...inFolder('watch'), '--to', 'urn:x:a', 'hello', '--expires', '2']
  const sent = await runCpns(send)
  expect([sent.status, sent.stderr]).toEqual([1, 'cpns: nobody took it in time (status 408)\n'])
  const away = createServer((socket) => void socket.destroy()).listen(0, '127.0.0.1')
  await once(away, 'listening')
  const { port } = away.address() as AddressInfo
  let tries = 0
  away.on('connection', () => {
    tries += 1
  })
  await pair(...gateway(`ws://127.0.0.1:${port}/pne`))
  const listening = startCpns(['pne', 'listen', ...inFolder('watch')])
  await expect.poll(() => tries, { timeout: 60_000 }).toBeGreaterThan(2)
  expect(await listening.end('SIGTERM')).toMatchObject({ status: 0, stdout: '' })
  away.close()
}, 120_000)

describe('pne listen', () => {
  test('until Ctrl-C', async () => {
    await pair(...gateway('ws://127.0.0.1:1/pne'))
    const words = ['pne', 'listen', ...inFolder('watch')]
    const { status, stdout } = await runProgram(words, { signal: 'SIGTERM' })
    expect([status, stdout]).toEqual([0, ''])
  })

  test('no message at all: exit 2', async () => {
    const run = await runProgram(['pne', 'listen', ...inFolder('watch'), '--count', '0'])
    expect(usageErrorOf(run)).toContain('--count')
  })
})
