/** `cpns curl --psk` with openssl as the server: its key is the one that Zn gives. TS 33.222 5.4 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeNewCardProfile } from '../../src/adapters/card/card-profile-file.ts'
import { protectListener } from '../../src/adapters/naf/protect-listener.ts'
import { runProgram } from '../../src/cli/program.fixture.ts'
import { uaIdOfPskTls } from '../../src/naf/psk-exchange.ts'
import { formatPskIdentity } from '../../src/naf/psk-identity.ts'
import { toHex } from '../../src/octets/octets.ts'
import { testProfile } from '../../src/uicc/uicc.fixture.ts'
import { type GbaNetwork, NAF_FQDN, startGbaNetwork } from '../support/gba-network.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const openssl = findInteropTool('openssl', 'openssl')

let data: string
let network: GbaNetwork
let server: ChildProcess | undefined
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'cpns-curl-psk-'))
  await writeNewCardProfile(join(data, 'usim.json'), testProfile())
  network = await startGbaNetwork((naf) => protectListener(naf, (_, response) => response.end()))
})
afterEach(async () => {
  server?.kill()
  await network.close()
  rmSync(data, { recursive: true, force: true })
})

const curl = (url: string, port: number, ...flags: readonly string[]) => {
  const way = ['--bsf-url', network.bsfUrl, '--connect-to', `127.0.0.1:${port}`]
  return runProgram(['curl', url, '--data', data, ...way, ...flags])
}

/** The key of the session that the card holds, as any NAF of the name would get it. */
async function keyOf(version: '1.2' | '1.3') {
  const [bsf] = network.zn.values()
  const btid = network.asked.at(-1)?.btid
  if (bsf === undefined || btid === undefined) throw new Error('no bootstrapping run')
  const nafId = { nafFqdn: NAF_FQDN, uaId: uaIdOfPskTls(version) }
  const answer = await bsf.requestBootstrappingInfo({ btid, nafId, gsids: [], gbaUAware: false })
  if (answer.outcome !== 'success') throw new Error(answer.outcome)
  return { btid, key: toHex(answer.meKeyMaterial.reveal()) }
}

function portOf(process: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    process.once('exit', () => reject(new Error('openssl s_server does not run')))
    process.stdout?.on('data', (part: Uint8Array) => {
      said += String(part)
      const port = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
}

describe.skipIf(openssl === undefined).each(['1.2', '1.3'] as const)('TLS %s', (version) => {
  test('the page of s_server comes; with one bit of the key wrong it does not', async () => {
    await curl('http://naf.example.org/', network.nafPort)
    const { btid, key } = await keyOf(version)
    const flipped = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`
    for (const psk of [key, flipped]) {
      const how = [`-tls${version.replace('.', '_')}`, '-nocert', '-www', '-psk', psk]
      const hint = version === '1.2' ? ['-psk_hint', '3GPP-bootstrapping', '-cipher', 'PSK'] : []
      const identity = ['-psk_identity', formatPskIdentity({ keyUse: 'ME', btid })]
      server = spawn(openssl!.path, [
        ...['s_server', '-accept', '127.0.0.1:0', ...how, ...hint, ...identity],
      ])
      const run = await curl('https://naf.example.org/', await portOf(server), '--psk', version)
      server.kill()
      const isRight = psk === key
      expect(run.status, run.stderr).toBe(isRight ? 0 : 1)
      if (isRight) expect(run.stdout).toContain('s_server')
      else expect(run.stdout).toBe('')
    }
  })
})
