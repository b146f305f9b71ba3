/** Programs of others with our card: opensc-tool, pcsc_scan, and a terminal on pyscard of our own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeNewCardProfile } from '../../src/adapters/card/card-profile-file.ts'
import { WORKED } from '../../src/gba/gba-facts.fixture.ts'
import { UA_ID_CPNS } from '../../src/identity/naf-id.ts'
import { toHex } from '../../src/octets/octets.ts'
import { testProfile } from '../../src/uicc/uicc.fixture.ts'
import { findInteropTool } from '../support/interop-tool.ts'
import { findVirtualReader, READER_NAME, type VirtualReader } from '../support/virtual-reader.ts'

const ATR = '3b:9f:96:80:1f:c7:80:31:a0:73:be:21:13:67:43:20:07:18:00:00:01:a5'
const SCRIPT = join(import.meta.dirname, 'pyscard-usim.py')

const startReader = findVirtualReader()
const opensc = findInteropTool('opensc-tool', 'opensc')
const scan = findInteropTool('pcsc_scan', 'pcsc-tools')
const python = findInteropTool('python3', 'python3', { ...process.env, PATH: '/usr/bin' })

let folder: string
let reader: VirtualReader
beforeAll(async () => {
  if (startReader === undefined) return
  folder = mkdtempSync(join(tmpdir(), 'cpns-pcsc-'))
  const file = join(folder, 'usim.json')
  await writeNewCardProfile(file, testProfile())
  reader = await startReader()
  Object.assign(process.env, reader.environment)
  await reader.insert(file)
})
afterAll(async () => {
  await reader?.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(startReader === undefined)('our card through vpcd and pcscd', () => {
  test('opensc-tool: ATR and SELECT', async () => {
    const atr = await opensc!.run(['--reader', '0', '--atr'])
    expect(atr.stdout.trim()).toBe(ATR)
    const select = await opensc!.run(['--reader', '0', '--send-apdu', '00A40004023F0000'])
    expect(select.status, select.stderr).toBe(0)
    expect(select.stdout).toMatch(/SW1=0x90, SW2=0x00\)[\s\S]*\n62 .*83 02 3F 00/)
  })

  test.skipIf(scan === undefined)('pcsc_scan: the reader and its card', async () => {
    const { stdout } = await scan!.run(['-n'], 4_000)
    expect(stdout).toContain(READER_NAME)
    expect(stdout).toContain(ATR.replaceAll(':', ' ').toUpperCase())
  })

  test.each([1, 5])(
    'pyscard: list, ATR, USIM, IMSI, 3G, GBA with values of its own, from SEQ %d',
    async (seq) => {
      const { k, opc, impi, nafFqdn } = WORKED
      const keys = [k, opc].map((key) => toHex(key.reveal()))
      const [imsi = ''] = impi.split('@')
      const args = [...keys, imsi, impi, nafFqdn, UA_ID_CPNS, String(seq)]
      const { status, stdout, stderr } = await python!.run([SCRIPT, READER_NAME, ...args], 60_000)
      expect(status, `${stdout}\n${stderr}`).toBe(0)
      expect(stdout).toContain('ok GBA NAF derivation')
      expect(stdout).toContain('ok EF_GBANL has NAF_Id and B-TID')
    },
  )
})
