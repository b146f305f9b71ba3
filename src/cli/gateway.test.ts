import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { writeNewCardProfile } from '../adapters/card/card-profile-file.ts'
import { testProfile } from '../uicc/uicc.fixture.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const ENTITY = 'urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a20'
const NOBODY = ['--server-url', 'https://127.0.0.1:1/cpns', '--naf-fqdn', 'cpns.example.org']

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'cpns-gateway-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

/** Up to its end, which comes at once where it starts. */
const serve = (...flags: string[]) =>
  runProgram(
    [
      ...['gateway', 'serve', '--data', data, '--entity', ENTITY, '--listen', '127.0.0.1:0'],
      ...flags,
    ],
    { signal: 'SIGINT' },
  )

describe('gateway serve', () => {
  test('without a server it waits, says who it is, and ends in order', async () => {
    await writeNewCardProfile(join(data, 'usim.json'), testProfile())
    const { status, stdout } = await serve(...NOBODY)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^PN GW urn:uuid:0b8f6f0e/)
    expect(stdout).toMatch(/^card {2}USIM of 001010123456789@ims\.\S+ in software:\S+usim\.json$/m)
    expect(stdout).toMatch(/^PNEs {2}wss:\/\/127\.0\.0\.1:\d+\/pne$/m)
    expect(stdout).toMatch(/^pin {3}[0-9a-f]{64}$/m)
    expect(stdout).toMatch(/The PN GW has stopped\.\n$/)
  })

  test.each([
    ['no card', NOBODY, 'usim.json: there is no such file or folder'],
    ['no reader', [...NOBODY, '--reader', 'usb'], 'reader usb: neither'],
    ['an IP address', [...NOBODY.slice(0, 2), '--auth', 'gba'], '--naf-fqdn'],
    ['no EUKey', [...NOBODY, '--auth', 'password'], 'run "cpns gateway login"'],
    ['pin and ca', [...NOBODY, '--pin', 'ab'.repeat(32), '--ca', 'x'], 'cannot be used with'],
    ['no port', [...NOBODY, '--listen', 'here'], 'HOST:PORT'],
    ['no server', [], '--server-url: needed'],
  ])('%s: one line, exit 2', async (_name, flags, message) => {
    expect(usageErrorOf(await serve(...flags))).toContain(message)
  })

  test('from a file and the environment', async () => {
    const file = join(data, 'gateway.json')
    const config = { data, entity: ENTITY, serverUrl: NOBODY[1], nafFqdn: NOBODY[3] }
    const listen = { listen: '127.0.0.1:0', auth: 'password' }
    writeFileSync(file, JSON.stringify({ ...config, ...listen, pin: 'ab'.repeat(32) }))
    const run = () => runProgram(['gateway', 'serve', '--config', file])
    expect(usageErrorOf(await run())).toContain('run "cpns gateway login"')
    vi.stubEnv('CPNS_GATEWAY_CA', 'ca.pem')
    expect(usageErrorOf(await run())).toContain('--pin, --ca, --psk: one of them')
    vi.unstubAllEnvs()
  })

  test('a BSF URL that is none', async () => {
    await writeNewCardProfile(join(data, 'usim.json'), testProfile())
    const run = await serve(...NOBODY, '--bsf-url', 'bsf.example.org')
    expect(usageErrorOf(run)).toContain('is not a URL of the form http://host:port')
  })
})
