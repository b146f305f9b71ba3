import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GbaNetwork, NAF_FQDN, startGbaNetwork } from '../../test/support/gba-network.ts'
import { startTlsFront } from '../../test/support/tls-front.ts'
import { writeNewCardProfile } from '../adapters/card/card-profile-file.ts'
import { nafUserOf } from '../adapters/naf/admit.ts'
import { NAF_CERTIFICATE } from '../adapters/naf/naf-server.fixture.ts'
import { protectListener } from '../adapters/naf/protect-listener.ts'
import { pskPeerOf, servePskTls } from '../adapters/naf/psk-server.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { testCertificate } from '../adapters/tls/tls.fixture.ts'
import { createPskKeySource } from '../naf/psk-key-source.ts'
import { noLog } from '../ports/log.ts'
import { testProfile } from '../uicc/uicc.fixture.ts'
import { runProgram, usageErrorOf } from './program.fixture.ts'

const echo: RequestListener = (request, response) => {
  const { impi, gbaType } = nafUserOf(request)
  const parts: string[] = []
  request.on('data', (part: Buffer) => parts.push(part.toString()))
  request.on('end', () => {
    response.statusCode = request.url === '/missing' ? 404 : 200
    response.setHeader('x-method', request.method ?? '')
    response.end([impi, gbaType, request.headers['x-a'], ...parts].join(' '))
  })
}

let data: string
let network: GbaNetwork
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'cpns-curl-'))
  await writeNewCardProfile(join(data, 'usim.json'), testProfile())
  network = await startGbaNetwork((naf) => protectListener(naf, echo))
})
afterEach(async () => {
  await network.close()
  rmSync(data, { recursive: true, force: true })
})

const curl = (path: string, ...flags: string[]) =>
  runProgram([
    'curl',
    `http://naf.example.org${path}`,
    '--data',
    data,
    '--bsf-url',
    network.bsfUrl,
    '--connect-to',
    `127.0.0.1:${network.nafPort}`,
    ...flags,
  ])

describe('curl', () => {
  test('bootstraps, answers the challenge and prints the body', async () => {
    const run = await curl('/a', '-H', 'X-A: 1', '-d', 'body', '-i')
    expect(run).toMatchObject({ status: 0, stderr: '' })
    expect(run.stdout).toMatch(/^HTTP\/1\.1 200\r\n/)
    expect(run.stdout).toMatch(/\r\nx-method: POST\r\n/)
    expect(run.stdout).toMatch(/\r\n\r\n001010123456789@\S+ GBA_U 1 body$/)
  })

  test('the next one uses the session that the card holds', async () => {
    await curl('/a')
    const before = network.bootstraps()
    expect((await curl('/a')).status).toBe(0)
    expect([before, network.bootstraps()]).toEqual([1, 1])
  })

  test('over TLS, to a file', async () => {
    const ca = join(data, 'ca.pem')
    writeFileSync(ca, NAF_CERTIFICATE.certificatePem)
    const output = join(data, 'out')
    const run = await runProgram([
      'curl',
      'https://naf.example.org/',
      ...['--reader', `software:${data}/usim.json`, '--bsf-url', network.bsfUrl],
      ...['--connect-to', `127.0.0.1:${network.nafTlsPort}`, '--ca', ca, '-o', output],
    ])
    expect(run).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(readFileSync(output, 'utf8')).toMatch(/^001010123456789@/)
  })

  test('a BSF behind TLS, by its key or its authority; its secrets are in the key log', async () => {
    const bsf = testCertificate({ dnsNames: ['localhost'] })
    const front = await startTlsFront(bsf, network.bsfUrl)
    const file = (name: string) => join(data, name)
    writeFileSync(file('bsf.pem'), bsf.certificatePem)
    const by = (...flags: string[]) => curl('/a', '--bsf-url', front.url, ...flags)
    const runs = [
      await by(),
      await by('--bsf-pin', 'ab'.repeat(32)),
      await by('--bsf-pin', bsf.pin, '--keylog', file('keys')),
    ]
    // Another card, which holds no session yet.
    await writeNewCardProfile(file('second.json'), testProfile())
    const second = ['--reader', `software:${file('second.json')}`]
    runs.push(await by('--bsf-ca', file('bsf.pem'), ...second))
    await front.close()
    expect(runs.map(({ status }) => status)).toEqual([1, 1, 0, 0])
    expect(runs[0]?.stderr).toMatch(/^cpns: the BSF at \S+ is not the one to trust: /)
    expect(runs[1]?.stderr).toMatch(/the key of \S+ is not the pinned one\n$/)
    expect(network.bootstraps()).toBe(2)
    expect(readFileSync(file('keys'), 'utf8')).toMatch(/^CLIENT_TRAFFIC_SECRET_0 /m)
  })

  test('an error status is printed, and is exit 1', async () => {
    const run = await curl('/missing')
    expect(run).toMatchObject({ status: 1, stderr: 'cpns: the server answered with status 404\n' })
    expect(run.stdout).toMatch(/^001010123456789@/)
  })

  test('a key that is not accepted is exit 1, after a second run', async () => {
    network.forget()
    const run = await curl('/a')
    expect(run).toMatchObject({ status: 1, stderr: 'cpns: the server answered with status 401\n' })
    expect(network.bootstraps()).toBe(2)
  })

  test('a server that takes Ks_int_NAF alone: it is said that a card keeps that one', async () => {
    await network.close()
    network = await startGbaNetwork((naf) => protectListener(naf, echo), { keyUses: ['UICC'] })
    const run = await curl('/a')
    expect(run).toMatchObject({ status: 1, stdout: 'bootstrapping required\n' })
    expect(run.stderr).toMatch(/^cpns: .* status 401: it takes Ks_int_NAF alone, which the card/)
  })

  test.each([
    ['no URL', ['nowhere'], 'not a URL'],
    ['an IP address', ['http://127.0.0.1/'], 'not for an IP address'],
    ['no card', ['http://naf.example.org/'], '--reader or --data'],
    ['no way to write', ['-o', '/nowhere/at/all'], '--output'],
    ['BSF pin and http', ['--bsf-pin', 'ab'.repeat(32)], '--bsf-pin: needs --bsf-url with https'],
    ['pin and ca', ['http://naf.example.org/', '--pin', 'ab', '--ca', 'x'], 'cannot be used with'],
  ])('%s: one line, exit 2', async (name, flags, message) => {
    const run =
      name === 'no card' || name === 'pin and ca'
        ? await runProgram(['curl', ...flags])
        : name === 'no way to write' || name === 'BSF pin and http'
          ? await curl('/', ...flags)
          : await runProgram(['curl', ...flags, '--data', data])
    expect(usageErrorOf(run)).toContain(message)
  })
})

/** A server of HTTP that has no certificate: who asks is known from TLS. */
async function startPskServer() {
  const http = createServer((request, response) => {
    const { impi, uaId } = pskPeerOf(request.socket) ?? {}
    request.resume().on('end', () => response.end(`${impi} ${uaId} ${request.method}`))
  })
  const lookup = createPskKeySource(
    { nafFqdns: [NAF_FQDN] },
    { zn: network.zn, clock: systemClock },
  )
  return await servePskTls(
    { host: '127.0.0.1', port: 0 },
    {
      lookup,
      clock: systemClock,
      log: noLog,
      onConnection: (socket) => void http.emit('connection', socket),
    },
  )
}

describe('curl --psk', () => {
  const psk = (port: number, ...flags: string[]) =>
    runProgram([
      ...['curl', 'https://naf.example.org/a', '--data', data, '--bsf-url', network.bsfUrl],
      ...['--connect-to', `127.0.0.1:${port}`, ...flags],
    ])

  test.each([
    ['1.3', '0100000007'],
    ['1.2', '01000100a8'],
  ])('TLS %s: the key of its Ua id, no certificate', async (version, uaId) => {
    const server = await startPskServer()
    const run = await psk(server.port, '--psk', version, '-d', 'x')
    await server.close()
    expect(run).toEqual({
      status: 0,
      stderr: '',
      stdout: `001010123456789@ims.mnc001.mcc001.3gppnetwork.org ${uaId} POST`,
    })
  })

  test('a B-TID that the server does not know costs one more run', async () => {
    const server = await startPskServer()
    await curl('/a')
    const btids = new Set(network.asked.map(({ btid }) => btid))
    network.forget(({ btid }) => btids.has(btid))
    expect(await psk(server.port, '--psk', '1.3')).toMatchObject({ status: 0 })
    expect(network.bootstraps()).toBe(2)
    await server.close()
    network.forget()
    const another = await startPskServer()
    const run = await psk(another.port, '--psk', '1.3')
    await another.close()
    expect(run).toMatchObject({ status: 1, stdout: '' })
    expect(run.stderr).toContain('does not have this key')
  })

  test('a server with a certificate is none; http is not for it; nor are pin and ca', async () => {
    const certified = await psk(network.nafTlsPort, '--psk', '1.3')
    expect(certified).toMatchObject({ status: 1, stdout: '' })
    expect(usageErrorOf(await curl('/a', '--psk', '1.2'))).toContain('https alone')
    expect(usageErrorOf(await psk(1, '--psk', '1.2', '--ca', 'x'))).toContain('cannot be used with')
    expect(usageErrorOf(await psk(1, '--psk', '1.1'))).toContain('1.2, 1.3')
  })
})
