/** Ua as Wireshark reads it: challenge, credentials and Authentication-Info, nothing malformed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nafUserOf } from '../../src/adapters/naf/admit.ts'
import { type NafServer, startNafServer } from '../../src/adapters/naf/naf-server.fixture.ts'
import { protectListener } from '../../src/adapters/naf/protect-listener.ts'
import { UA_ID_HTTP_DIGEST } from '../../src/identity/naf-id.ts'
import { NAF_FQDN } from '../../src/naf/naf.fixture.ts'
import { answerChallenge, chooseChallenge } from '../../src/naf/ua-client.ts'
import { utf8 } from '../../src/octets/octets.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const tshark = findInteropTool('tshark', 'tshark')
const text2pcap = findInteropTool('text2pcap', 'wireshark-common')

let folder: string
let server: NafServer
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-ua-'))
  server = await startNafServer((naf) =>
    protectListener(naf, (request, response) => response.end(nafUserOf(request).identity)),
  )
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** One exchange on a connection of its own. */
function exchange(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(server.port, '127.0.0.1', () => void socket.write(request))
    socket.setEncoding('latin1').on('data', (part: string) => {
      answer += part
    })
    socket.once('error', reject).once('close', () => resolve(answer))
  })
}

const requestWith = (...headers: string[]): string =>
  ['GET /a?b HTTP/1.1', `Host: ${NAF_FQDN}`, 'Connection: close', ...headers, '', ''].join('\r\n')

/** The form that text2pcap reads: a direction, then octets. */
function dumpOf(messages: readonly string[]): string {
  const lines = messages.map((message, index) => {
    const octets = Buffer.from(message, 'latin1').toString('hex').match(/../g) ?? []
    return `${index % 2 === 0 ? 'I' : 'O'}\n000000 ${octets.join(' ')}\n`
  })
  return lines.join('\n')
}

test.skipIf(tshark === undefined || text2pcap === undefined)(
  'a whole talk is decoded, field by field',
  async () => {
    const first = requestWith('User-Agent: cpns 3gpp-gba')
    const challenged = await exchange(first)
    const headers = [...challenged.matchAll(/^www-authenticate: (.*)\r$/gim)].map(([, v = '']) => v)
    const wanted = { nafFqdn: NAF_FQDN, keyUses: ['ME'], isTls: false } as const
    const challenge = chooseChallenge(headers, wanted)
    if (challenge.outcome !== 'challenge') throw new Error(challenge.outcome)
    const nafId = { nafFqdn: NAF_FQDN, uaId: UA_ID_HTTP_DIGEST }
    const key = await server.keys.obtain({ nafId, keyUse: 'ME' })
    const { authorization } = answerChallenge(challenge, key, {
      method: 'GET',
      uri: '/a?b',
      body: utf8(''),
      nc: 1,
      cnonce: 'abc',
    })
    const second = requestWith(`Authorization: ${authorization}`)
    const answered = await exchange(second)
    expect(answered).toMatch(/^HTTP\/1\.1 200 OK\r\n/)

    const [dump, pcap] = [join(folder, 'ua.txt'), join(folder, 'ua.pcap')]
    writeFileSync(dump, dumpOf([first, challenged, second, answered]))
    await text2pcap!.run(['-q', '-D', '-T', '40000,80', dump, pcap])
    const read = ['-r', pcap, '-d', 'tcp.port==80,http']
    const { stdout } = await tshark!.run([...read, '-V'])
    expect(stdout.match(/^Hypertext Transfer Protocol/gm)).toHaveLength(4)
    expect(stdout).not.toContain('Malformed')
    expect(stdout).toContain('Status Code: 401')
    expect(stdout).toContain('Status Code: 200')
    expect(stdout).toMatch(/Authentication-Info: qop=auth-int, rspauth="[0-9a-f]{64}"/)
    const fields = ['http.www_authenticate', 'http.authorization'].flatMap((name) => ['-e', name])
    const decoded = await tshark!.run([...read, '-Y', 'http', '-T', 'fields', ...fields])
    expect(decoded.stdout.split('\n')).toEqual([
      '\t',
      `${headers.join(',')}\t`,
      `\t${authorization}`,
      '\t',
      '',
    ])
  },
)
