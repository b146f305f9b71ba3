/** A PN GW and a PNE in Python, written from the reference alone, against a server of ours. Design 6, 7, 8 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CpnsProcesses, createCpnsProcesses } from '../support/cpns-processes.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const SCRIPT = join(import.meta.dirname, 'third-party-gateway.py')
const PACKAGE = 'python3-cryptography'
const MODULE = '/usr/lib/python3/dist-packages/cryptography'
// Debian's Python, whose modules come from packages.
const interpreter = findInteropTool('python3', 'python3', { ...process.env, PATH: '/usr/bin' })
const python = interpreter && (existsSync(MODULE) ? interpreter : findInteropTool(PACKAGE, PACKAGE))

const GATEWAY = 'urn:uuid:7d1a3c52-4f0e-4a55-8b1f-2f6c9e0d1a01'
const PNE = 'urn:uuid:7d1a3c52-4f0e-4a55-8b1f-2f6c9e0d1a02'

describe.skipIf(python === undefined)('a PN GW of another make', () => {
  let processes: CpnsProcesses
  beforeAll(() => {
    processes = createCpnsProcesses('third-party')
  })
  afterAll(() => processes?.close())

  test('gets an EUKey by password, connects in both profiles, and carries a PNE', async () => {
    const data = ['--data', processes.path('server')]
    const password = 'pa\u0308ssword'
    await processes.run(['user', 'add', 'alice', ...data, '--password-file', '-'], `${password}\n`)
    const made = await processes.run([
      ...['eukey', 'add', ...data, '--entity', PNE, '--user', 'alice', '--json'],
    ])
    const pneKey = (JSON.parse(made) as { key: string }).key
    const server = await processes.start(
      [
        ...[
          'server',
          'serve',
          ...data,
          '--entity',
          'urn:x:server',
          '--naf-fqdn',
          'cpns.example.org',
        ],
        ...['--listen', '127.0.0.1:0', '--first-use', 'bind', '--json'],
        ...['--algorithm', 'HMAC-SHA-256', '--algorithm', 'SHA-1'],
      ],
      '"ready"',
    )
    const { cpns2 } = JSON.parse(server.said().split('\n')[0] ?? '') as { cpns2: string }
    const wanted = {
      port: Number(new URL(cpns2).port),
      certificate: join(processes.path('server'), 'server-tls', 'certificate.pem'),
      gateway: GATEWAY,
      pne: PNE,
      pneKey,
      user: 'alice',
      password,
    }
    const { status, stdout, stderr } = await python!.run([SCRIPT], 60_000, JSON.stringify(wanted))
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual({
      state: 'admitted',
      payload: 'grüezi',
      // 202 where half a second was not enough for the PNE to acknowledge.
      result: expect.stringMatching(/^20[02]$/),
      foreign: '403',
    })
  })
})
