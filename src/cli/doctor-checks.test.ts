import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTlsFront } from '../../test/support/tls-front.ts'
import { writeNewCardProfile } from '../adapters/card/card-profile-file.ts'
import { serveDiameterZh } from '../adapters/diameter/zh.ts'
import { withFolder } from '../adapters/sqlite/sqlite.fixture.ts'
import { systemClock } from '../adapters/system/system-clock.ts'
import { createSystemRandom } from '../adapters/system/system-random.ts'
import { testCertificate } from '../adapters/tls/tls.fixture.ts'
import { testProfile } from '../uicc/uicc.fixture.ts'
import { examine } from './doctor-checks.ts'

const HSS = {
  originHost: 'hss.ims.example',
  originRealm: 'ims.example',
  host: '127.0.0.1',
  port: 0,
}

test('a BSF whose HSS takes its CER, and one that is not there', () =>
  withFolder(async (data) => {
    const hss = { authenticate: () => Promise.reject(new Error('nobody asks')) }
    const ports = { clock: systemClock, random: createSystemRandom() }
    const options = { ...HSS, bsfs: ['bsf.ims.example'], relays: [], hss: hss as never }
    const server = await serveDiameterZh(options, ports)
    const words = [`hss.ims.example=127.0.0.1:${server.port}`, 'gone.ims.example=127.0.0.1:1']
    const findings = await examine('bsf', { data, name: 'bsf.ims.example', hss: words })
    await server.close()
    expect(findings.filter(({ what }) => what.startsWith('peer'))).toMatchObject([
      { state: 'ok', found: 'TCP, and it takes our CER' },
      { state: 'problem' },
    ])
  }))

test('a PN GW: its card answers, its server does not', () =>
  withFolder(async (data) => {
    await writeNewCardProfile(join(data, 'usim.json'), testProfile())
    const flags = {
      data,
      entity: 'urn:uuid:0b8f6f0e-3f0a-4a57-9a2f-1c5d1f1e0a20',
      serverUrl: 'https://127.0.0.1:1/cpns',
      nafFqdn: 'cpns.example.org',
      uaId: 'ff43504e53',
      pnLifetime: 60,
      renewAhead: 1,
      auth: 'auto',
      gbaFailure: 'refuse',
    }
    const of = (findings: Awaited<ReturnType<typeof examine>>, what: string) =>
      findings.find((finding) => finding.what.startsWith(what))
    const findings = await examine('gateway', flags)
    expect(of(findings, 'reader')).toMatchObject({ state: 'ok' })
    expect(of(findings, 'peer CPNS Server')).toMatchObject({ state: 'problem' })
    const bsf = async (more: object) =>
      of(await examine('gateway', { ...flags, ...more }), 'peer BSF')
    const certificate = testCertificate()
    const plain = createServer().listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const { port } = plain.address() as AddressInfo
    const front = await startTlsFront(certificate, `http://127.0.0.1:${port}`)
    const byKey = { bsfUrl: front.url, bsfPin: certificate.pin }
    expect(await bsf(byKey)).toMatchObject({ found: 'TLS, and it is who it should be' })
    const wrong = await bsf({ bsfUrl: front.url, bsfPin: 'ab'.repeat(32) })
    expect(wrong).toMatchObject({ state: 'problem', found: expect.stringContaining('pinned') })
    expect(await bsf({ bsfUrl: front.url })).toMatchObject({ state: 'problem' })
    expect(await bsf({ bsfUrl: `http://127.0.0.1:${port}` })).toMatchObject({ found: 'TCP' })
    // Without TLS on another machine: plain HTTP is what Ub is.
    const far = await bsf({ bsfUrl: 'http://nowhere.invalid:8080' })
    expect(far).toMatchObject({ state: 'problem', found: expect.not.stringContaining('TLS') })
    await front.close()
    plain.close()
    const noCard = { ...flags, auth: 'gba', reader: 'software:/none.json' }
    expect(of(await examine('gateway', noCard), 'reader')).toMatchObject({ state: 'problem' })
  }))

test('without a data folder, and with what cannot be read', async () => {
  const findings = await examine('server', { bsf: ['bsf.ims.example=127.0.0.1:1'], peerKey: 'x' })
  expect(findings).toContainEqual(expect.objectContaining({ found: 'none is named' }))
  expect(findings).toContainEqual(expect.objectContaining({ what: 'peers', state: 'problem' }))
})
