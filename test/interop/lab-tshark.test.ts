/** A whole run of the lab as Wireshark reads it, in both styles: every reference point, nothing malformed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGrowingFile } from '../../src/adapters/capture/append-file.ts'
import { createCapture, PCAP_STYLES } from '../../src/adapters/capture/capture.ts'
import { systemClock } from '../../src/adapters/system/system-clock.ts'
import { createSystemRandom } from '../../src/adapters/system/system-random.ts'
import { joinTraces } from '../../src/cli/trace-flags.ts'
import { DEFAULT_LAB_CONFIG } from '../../src/lab/lab-config.ts'
import { nameOf } from '../../src/lab/lab-names.ts'
import { createJsonReporter } from '../../src/lab/reporter.ts'
import { runStory } from '../../src/lab/run-story.ts'
import { startLab } from '../../src/lab/start-lab.ts'
import { findInteropTool } from '../support/interop-tool.ts'

const tshark = findInteropTool('tshark', 'tshark')

/** What is seen of the port of a PN GW. */
const CPNS_1 = {
  exported: '(exported_pdu.src_port == 8444 || exported_pdu.dst_port == 8444)',
  ip: 'tcp.port == 8444',
}

let folder: string
const fileOf = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpns-capture-'))
  const captures = PCAP_STYLES.map((style) => {
    const file = createGrowingFile(fileOf(`${style}.pcap`), (reason) => {
      throw new Error(reason)
    })
    return createCapture({ style, reveal: false, nameOf }, (octets) => file.append(octets))
  })
  const keys = createGrowingFile(fileOf('keys'), () => {})
  const lab = await startLab(
    { config: DEFAULT_LAB_CONFIG, dataFolder: fileOf('data') },
    {
      clock: systemClock,
      random: createSystemRandom(),
      trace: joinTraces(captures),
      keyLog: { line: (text) => keys.append(`${text}\n`) },
    },
  )
  try {
    const story = createJsonReporter({ write: () => {} })
    expect(await runStory(lab.world, story, new AbortController().signal)).toBeUndefined()
  } finally {
    await lab.stop()
  }
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function dissect(style: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout } = await tshark!.run(['-r', fileOf(`${style}.pcap`), ...args], 60_000)
  expect(status).toBe(0)
  return stdout
}

describe.skipIf(tshark === undefined).each(PCAP_STYLES)('%s', (style) => {
  test('nothing is malformed, and the dissectors have nothing to complain about', async () => {
    const details = await dissect(style, '-V')
    expect(details).not.toMatch(/malformed|Expert Info \((?:Error|Warning)/i)
    expect(details).not.toContain('Unreassembled')
  })

  test.each([
    ['APDU', 'gsm_sim.apdu.ins == 0x88'],
    ['Zh', 'diameter.cmd.code == 303'],
    ['Zn', 'diameter.cmd.code == 310'],
    ['Ub, challenge', 'http.www_authenticate contains "AKAv1-MD5"'],
    ['Ub, answer', 'http.authorization contains "auts" || http.authorization contains "nc="'],
    ['CPNS-2', `frame contains "<ConnectRequest" && frame contains "pn-gw"`],
    ['CPNS-1', `frame contains "<AuthenticateResponse" && ${CPNS_1[style]}`],
    ['messages', 'frame contains "<MessageResult"'],
  ])('%s is there', async (_, filter) => {
    expect(await dissect(style, '-Y', filter)).not.toBe('')
  })

  test('each answer of Diameter is found by its request', async () => {
    const answers = await dissect(
      style,
      '-Y',
      'diameter.answer_to',
      '-T',
      'fields',
      '-e',
      'frame.number',
    )
    const requests = await dissect(
      style,
      '-Y',
      'diameter.flags.request == 1',
      '-T',
      'fields',
      '-e',
      'frame.number',
    )
    expect(answers.trim().split('\n')).toHaveLength(requests.trim().split('\n').length)
  })

  test('keys are zeros of the right length: CK and the key of the NAF', async () => {
    const fields = [
      '-T',
      'fields',
      '-e',
      'diameter.Confidentiality-Key',
      '-e',
      'diameter.ME-Key-Material',
    ]
    const told = await dissect(style, '-Y', 'diameter.flags.request == 0', ...fields)
    expect(told).toContain('0'.repeat(32))
    expect(told).toContain('0'.repeat(64))
    expect(told.replaceAll(/[0\s,]/g, '')).toBe('')
  })
})

test('the key log has the secrets of every TLS connection', () => {
  const lines = readFileSync(fileOf('keys'), 'utf8').trim().split('\n')
  for (const line of lines) expect(line).toMatch(/^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]+$/)
  expect(new Set(lines.map((line) => line.split(' ')[1])).size).toBeGreaterThanOrEqual(3)
})
